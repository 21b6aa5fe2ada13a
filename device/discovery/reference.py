"""The table of entities in docs/mqtt.md: `python -m device.discovery.reference docs/mqtt.md` renews it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from device.discovery.payload import entity_id
from device.discovery.templates import shown_number
from device.entities.attributes import ATTRIBUTES
from device.entities.kinds import (
    OFF,
    ON,
    PRESS,
    BinarySensor,
    Button,
    Event,
    Number,
    Readable,
    Row,
    Select,
    Sensor,
    Switch,
)
from device.entities.roster_kinds import Choice, Text
from device.entities.table import CELEBA, catalogue
from device.networks.card import read_card
from device.networks.files import model_path
from device.system.marked_part import renewed

_BEGIN = "<!-- entities: made by `python -m device.discovery.reference docs/mqtt.md` -->"
_END = "<!-- end of entities -->"

_NODE = "facet"
_NETWORK = "attributes"


def with_new_table(page: str) -> str:
    """Return the page with a new table between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    return renewed(page, _BEGIN, _END, entity_table())


def shipped_catalogue() -> tuple[Row, ...]:
    """Return every row that a node can have; what the shipped network cannot recognise reliably starts disabled.

    Raises:
        ModelError: the network's JSON cannot be read.
    """
    unreliable = read_card(model_path(_NETWORK)).unreliable
    attributes = [
        replace(
            row,
            is_enabled_by_default=False,
            is_superseded=row.is_superseded and row.is_enabled_by_default,
        )
        if row.attribute in unreliable
        else row
        for row in ATTRIBUTES
    ]
    return catalogue(CELEBA, attributes)


def entity_table() -> str:
    """Return every row that a node can have, as a table in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| entity | document | values | category | enabled | essential | meaning |"
    yield "|---|---|---|---|---|---|---|"
    for row in shipped_catalogue():
        document = row.document if isinstance(row, Readable | Event) else ""
        cells = (
            f"`{entity_id(row, _NODE)}`",
            document and f"`{document}`",
            _values(row),
            row.category.value if row.category else "",
            "yes" if row.is_enabled_by_default else "",
            "yes" if row.is_essential else "",
            " ".join(filter(None, (row.meaning, row.requires.sentence))),
        )
        yield f"| {' | '.join(cells)} |"


def _values(row: Row) -> str:
    match row:
        case Button():
            return f"`{PRESS}`"
        case Switch() | BinarySensor():
            return f"`{ON}`, `{OFF}`"
        case Number():
            return _numbers(row)
        case Text() | Choice():
            return f"at most {row.longest} characters" if isinstance(row, Text) else row.offered
        case Sensor() | Select() if row.options:
            return _listed(row.options)
        case Event():
            return _listed(row.types)
        case Sensor():
            return row.unit or ("time" if row.device_class == "timestamp" else "")
        case _:
            return ""


def _numbers(row: Number) -> str:
    unit = f" {row.unit}" if row.unit else ""
    values = f"{row.minimum:g} to {row.maximum:g}{unit}, in steps of {row.step:g}"
    if not row.is_fraction:
        return values
    lowest, highest = shown_number(row, row.minimum), shown_number(row, row.maximum)
    return f"{values}; in Home Assistant {lowest:g} to {highest:g} %"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def main(page: Path) -> None:
    """Renew the table in a page."""
    page.write_text(with_new_table(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
