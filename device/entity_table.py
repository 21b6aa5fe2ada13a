"""`facet entities`: the table of Home Assistant entities, for people."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from device.config import load
from device.entities import CATALOGUE, entities
from device.entity import Entity
from device.mqtt.discovery import entity_id
from device.perception.bundle import model_path, read_bundle

_ANY_NODE = "NODE"


def print_entities(config: Path | None) -> None:
    """Print every entity that a node can have, or those of a configured node.

    Raises:
        ConfigError: the configuration has faults.
        ModelError: its model cannot be read.
    """
    node, rows = (_ANY_NODE, CATALOGUE) if config is None else _of(config)
    table = Table(Column("entity", no_wrap=True), "name", "enabled", "meaning")
    for row in rows:
        enabled = "yes" if row.enabled_by_default else "[dim]no[/]"
        table.add_row(entity_id(row, node), row.name, enabled, row.meaning)
    Console().print(table)


def _of(path: Path) -> tuple[str, tuple[Entity, ...]]:
    config = load(path)
    bundle = read_bundle(model_path(config.attributes.model))
    return config.node.id, entities(config, bundle.names, bundle.unreliable)
