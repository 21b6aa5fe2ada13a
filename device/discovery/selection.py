"""Which rows of the table Home Assistant gets. Pure.

Documents and commands know every row, whatever is announced: who uses MQTT without Home Assistant misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from device.entities.kinds import Row

if TYPE_CHECKING:
    from device.config import Config


def announced_rows(table: Iterable[Row], config: Config) -> tuple[Row, ...]:
    """Return the rows of a node that are components of its discovery message.

    Args:
        table: the node's rows.
        config: says whether all of them are wanted.
    """
    is_full = config.mqtt.discovery == "full"
    return tuple(row for row in table if is_full or row.is_essential)
