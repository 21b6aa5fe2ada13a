"""Ways to the rows of the table of entities, and configurations to make one for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from device.config import Config
from device.entities.kinds import AttributeSensor, Row
from device.entities.outcome import Outcome


def configured(**sections: Mapping[str, object]) -> Config:
    """A configuration with these sections."""
    return Config.model_validate({"mqtt": {"host": "broker"}, **sections})


def attribute_sensors(table: Iterable[Row]) -> dict[str, AttributeSensor[Outcome]]:
    """The rows about an attribute, by its label."""
    return {row.attribute: row for row in table if isinstance(row, AttributeSensor)}


def by_key(table: tuple[Row, ...]) -> dict[str, Row]:
    """The table by key."""
    return {row.key: row for row in table}
