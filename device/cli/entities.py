"""`facet entities`: the table of Home Assistant entities, for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Column, Table
from rich.text import Text

from device.config import Config, load
from device.discovery.payload import discovery_payload, entity_id
from device.discovery.reference import shipped_catalogue
from device.discovery.selection import announced_rows
from device.entities.kinds import Platform, Row
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.mqtt.topics import Topics
from device.networks.card import read_card
from device.networks.files import model_path
from device.system.compact_json import compact
from device.system.console import open_console
from device.system.machine import machine

_ANY_NODE = "NODE"


def print_entities(config: Path | None) -> None:
    """Print every entity that a node can have, or those that Home Assistant gets of a configured node.

    Raises:
        ConfigError: the configuration has faults.
        ModelError: its model cannot be read.
    """
    console = open_console()
    if config is None:
        console.print(_table(_ANY_NODE, shipped_catalogue()))
        return
    node = load(config)
    card = read_card(model_path(node.attributes.model))
    rows = announced_rows(entities(node, Vocabulary.of(card)), node)
    console.print(_table(node.node.id, rows))
    console.print(_size(node, rows), highlight=False)


def _table(node: str, rows: Sequence[Row]) -> Table:
    table = Table(Column("entity", no_wrap=True), "name", "enabled", "essential", "meaning")
    for row in rows:
        enabled = Text("yes") if row.is_enabled_by_default else Text("no", "dim")
        essential = "yes" if row.is_essential else ""
        table.add_row(entity_id(row, node), row.name, enabled, essential, row.meaning)
    return table


def _size(config: Config, rows: Sequence[Row]) -> str:
    """Return what the node costs Home Assistant and the broker, in a sentence."""
    triggers = sum(row.platform is Platform.DEVICE_TRIGGER for row in rows)
    enabled = sum(row.is_enabled_by_default for row in rows) - triggers
    payload = discovery_payload(config.node, Topics.of(config), rows, machine())
    return (
        f"{len(rows) - triggers} entities, of which {enabled} start enabled, and device triggers: {triggers}; in a "
        f"discovery message of {len(compact(payload).encode())} bytes (mqtt.discovery: {config.mqtt.discovery})"
    )
