"""Publishers that remember in a folder what they announced, as each start of a node makes them."""

from __future__ import annotations

from pathlib import Path

from device.config import Config
from device.discovery.announced import Announced
from device.discovery.publisher import Publisher
from device.entities.kinds import Row
from device.entities.table import CELEBA, entities
from device.system.json_store import JsonStore
from device.system.machine import Machine
from tests.transport import RecordingTransport


def make(
    folder: Path,
    link: RecordingTransport,
    table: tuple[Row, ...] | None = None,
    *,
    node: str = "hall",
    serial_number: str | None = "1",
    **mqtt: str,
) -> Publisher:
    """A publisher of a node, which remembers in this folder what it announced."""
    config = Config.model_validate({"mqtt": {"host": "broker", **mqtt}, "node": {"id": node}})
    table = entities(config, CELEBA) if table is None else table
    announced = announced_in(folder, serial_number)
    return Publisher(link, config, table, announced, Machine)


def announced_in(folder: Path, serial_number: str | None = "1") -> Announced:
    """What a node remembers in a folder, as each start makes it."""
    return Announced(
        JsonStore(folder / "announced.json", has_checksums=False),
        JsonStore(folder / "farewells.json"),
        serial_number,
    )


def announce(publisher: Publisher, link: RecordingTransport, *, is_birth: bool = False) -> int:
    """Announce, and let the broker confirm all of it; return how many discovery messages that took."""
    before = len(link.messages)
    publisher.announce({}, is_camera_online=True, picture=None, is_birth=is_birth)
    for number in range(before + 1, len(link.messages) + 1):
        publisher.delivered(number)
    return sum(topic.endswith("/config") for topic in link.topics[before:])
