"""From options and from a CSV file to cards, or to every fault with its line and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from device.cli.provision.card import Card
from device.config.explain import explain, nearest
from device.config.yaml.document import Document
from device.config.yaml.scalar import Reference
from device.errors import ConfigError, Fault
from device.system.text import printable

Given: TypeAlias = Mapping[str, str]
"""Text by the name of the field, for those that are given."""

_COLUMNS = [name.replace("_", "-") for name in Card.model_fields]
_SECRET_COLUMNS = {"password", "wifi-password"}


def card(options: Given) -> Card:
    """Return the card that the options describe.

    Raises:
        ConfigError: some of them are wrong.
    """
    faults: list[Fault] = []
    found = _card(options, Document("facet provision"), Path.cwd(), faults)
    if found is None:
        raise ConfigError(_as_options(fault) for fault in faults)
    return found


def cards(table: Path, options: Given) -> list[Card]:
    """Return one card for each line of a table.

    Args:
        table: CSV with a header of option names; paths in it start at its folder.
        options: apply where a column is missing or a cell is empty.

    Raises:
        ConfigError: with every fault of every line.
    """
    found: list[Card] = []
    faults: list[Fault] = []
    lines: dict[tuple[str, str], int] = {}
    for line, cells in _rows(table):
        row = Document(str(table), lines={(key,): line for key in Card.model_fields})
        row.lines[()] = line
        one = _card({**options, **cells}, row, table.absolute().parent, faults)
        if one is None:
            continue
        for key in (("node", one.node), ("hostname", one.effective_hostname)):
            if (first := lines.setdefault(key, line)) != line:
                message = (
                    f'"{key[1]}" is already used in line {first}; each node needs a different one'
                )
                faults.append(Fault(str(table), line, key[0], message))
                break
        found.append(one)
    if not found and not faults:
        faults.append(
            Fault(str(table), 0, "", "has no line below its header; one line is one node")
        )
    if faults:
        raise ConfigError(_as_columns(fault) for fault in faults)
    return found


def _card(given: Given, document: Document, folder: Path, faults: list[Fault]) -> Card | None:
    # Each text is read as the type that its field needs, as !secret and !env are.
    values = {name: Reference(text) for name, text in given.items()}
    try:
        return Card.model_validate(values, context={"folder": folder})
    except ValidationError as error:
        faults += explain(error, document, Card.model_json_schema())
        return None


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the lines below the header, each with its number and its cells that are not empty."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8; save it in that encoding"
        raise ConfigError([Fault(str(table), 0, "", f"cannot be read: {reason}")]) from None
    # German and French spreadsheets separate by semicolons.
    separator = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.reader(text.splitlines(), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if faults := list(_header_faults(table, header)):
            raise ConfigError(faults)
        names = [name.replace("-", "_") for name in header]
        for cells in reader:
            if len(cells) > len(names):
                message = (
                    f"has {len(cells)} cells below {len(names)} columns; quote those with a comma"
                )
                raise ConfigError([Fault(str(table), reader.line_num, "", message)])
            filled = {
                n: cell.strip() for n, cell in zip(names, cells, strict=False) if cell.strip()
            }
            if filled:
                yield reader.line_num, filled
    except csv.Error as error:
        raise ConfigError(
            [Fault(str(table), reader.line_num, "", f"is not CSV: {error}")]
        ) from None


def _header_faults(table: Path, header: list[str]) -> Iterator[Fault]:
    for name in header:
        if name in _SECRET_COLUMNS:
            message = f"passwords do not belong in a table; name a file with {name}-file"
        elif name not in _COLUMNS:
            message = f"unknown column{nearest(name, _COLUMNS)}; known: {', '.join(_COLUMNS)}"
        elif header.count(name) > 1:
            message = "is in the header more than once"
        else:
            continue
        yield Fault(str(table), 1, printable(name), message)
    if not header:
        yield Fault(
            str(table), 1, "", "is empty; the first line names the columns, such as node,host"
        )


def _as_columns(fault: Fault) -> Fault:
    return Fault(fault.file, fault.line, fault.path.replace("_", "-"), fault.message)


def _as_options(fault: Fault) -> Fault:
    return Fault(fault.file, 0, f"--{fault.path.replace('_', '-')}", fault.message)
