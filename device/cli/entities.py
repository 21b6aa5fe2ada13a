"""`facet entities`: the table of Home Assistant entities, for people."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from device.config import load
from device.discovery.payload import entity_id
from device.discovery.reference import shipped_catalogue
from device.entities.kinds import Row
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.networks.card import read_card
from device.networks.files import model_path

_ANY_NODE = "NODE"


def print_entities(config: Path | None) -> None:
    """Print every entity that a node can have, or those of a configured node.

    Raises:
        ConfigError: the configuration has faults.
        ModelError: its model cannot be read.
    """
    node, rows = (_ANY_NODE, shipped_catalogue()) if config is None else _configured(config)
    table = Table(Column("entity", no_wrap=True), "name", "enabled", "meaning")
    for row in rows:
        enabled = "yes" if row.is_enabled_by_default else "[dim]no[/]"
        table.add_row(entity_id(row, node), row.name, enabled, row.meaning)
    Console().print(table)


def _configured(path: Path) -> tuple[str, tuple[Row, ...]]:
    config = load(path)
    card = read_card(model_path(config.attributes.model))
    return config.node.id, entities(config, Vocabulary.of(card))
