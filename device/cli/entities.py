"""`facet entities`: the table of Home Assistant entities, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from device.config import Config, load
from device.discovery.payload import discovery_payload, entity_id
from device.discovery.reference import shipped_catalogue
from device.discovery.selection import announced_rows
from device.entities.device_triggers import AttributeTrigger
from device.entities.kinds import AttributeSensor, Platform, Row
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.mqtt.topics import Topics
from device.networks.card import read_card
from device.networks.files import model_path
from device.system.compact_json import compact
from device.system.console import open_console
from device.system.machine import machine

_ANY_NODE = "NODE"
_WIDEST = 40  # characters of the ids' beginnings that are not wrapped
_MORE = "--all shows each attribute, and what every entity means."


def print_entities(config: Path | None, *, everything: bool = False) -> None:
    """Print every entity that a node can have, or those that Home Assistant gets of a configured node.

    Args:
        config: the node's YAML file; None for any node.
        everything: one row for each attribute, and the meaning of every row.

    Raises:
        ConfigError: the configuration has faults.
        ModelError: its model cannot be read.
    """
    console = open_console()
    if config is None:
        _print_table(console, _ANY_NODE, shipped_catalogue(), everything=everything)
        return
    node = load(config)
    card = read_card(model_path(node.attributes.model))
    rows = announced_rows(entities(node, Vocabulary.of(card)), node)
    _print_table(console, node.node.id, rows, everything=everything)
    console.print(_size(node, rows), highlight=False)


def _print_table(console: Console, node: str, rows: Iterable[Row], *, everything: bool) -> None:
    console.print(_table(node, rows, everything=everything))
    if not everything:
        console.print(_MORE, highlight=False)


def _table(node: str, rows: Iterable[Row], *, everything: bool) -> Table:
    """Return one line for each row, under its platform; the attributes are one line where not everything is shown."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for head in ("entity", "enabled", "essential", "name and meaning" if everything else "name"):
        table.add_column(head, overflow="fold")
    # The table of entities has the order of the documents: a stable sort keeps it within a platform.
    for platform, group in groupby(sorted(rows, key=_platform), _platform):
        of_platform = list(group)
        prefix = _prefix(platform, of_platform[0], node)
        table.columns[0].min_width = max(table.columns[0].min_width or 0, min(len(prefix), _WIDEST))
        table.add_row(Text(prefix, "bold"))
        for line in _lines(of_platform, everything=everything):
            table.add_row(*line)
    return table


def _platform(row: Row) -> Platform:
    return row.platform


def _prefix(platform: Platform, row: Row, node: str) -> str:
    """Return what the ids of a platform's entities begin with; a device trigger has no id."""
    if platform is Platform.DEVICE_TRIGGER:
        return "device triggers"
    return entity_id(row, node).removesuffix(row.key) + "*"


def _lines(rows: Sequence[Row], *, everything: bool) -> Iterable[tuple[str | Text, ...]]:
    attributes = [row for row in rows if isinstance(row, AttributeSensor | AttributeTrigger)]
    for row in rows:
        if everything or row not in attributes:
            is_enabled = row.is_enabled_by_default
            yield (
                f"  {row.key}",
                Text("yes") if is_enabled else Text("no", "dim"),
                "yes" if row.is_essential else "",
                f"{row.name}: {row.meaning}" if everything else row.name,
            )
    if attributes and not everything:
        enabled = sum(row.is_enabled_by_default for row in attributes)
        essential = sum(row.is_essential for row in attributes)
        yield (
            f"  {len(attributes)} attributes",
            f"{enabled} of {len(attributes)}",
            str(essential or ""),
            f"{attributes[0].name} and the others",
        )


def _size(config: Config, rows: Sequence[Row]) -> str:
    """Return what the node costs Home Assistant and the broker, in a sentence."""
    triggers = sum(row.platform is Platform.DEVICE_TRIGGER for row in rows)
    enabled = sum(row.is_enabled_by_default for row in rows) - triggers
    payload = discovery_payload(config.node, Topics.of(config), rows, machine())
    return (
        f"{len(rows) - triggers} entities, of which {enabled} start enabled, and device triggers: {triggers}; in a "
        f"discovery message of {len(compact(payload).encode())} bytes (mqtt.discovery: {config.mqtt.discovery})"
    )
