"""Which entities Home Assistant gets; what the node publishes and obeys is the same with either choice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device.config import Config
from device.discovery.announced import Announced
from device.discovery.payload import discovery_payload
from device.discovery.publisher import Publisher
from device.discovery.selection import announced_rows
from device.entities.kinds import Category, Image, Platform, Row
from device.entities.table import CATALOGUE, CELEBA, entities
from device.mqtt.topics import Topics
from device.system.compact_json import compact
from device.system.json_store import JsonStore
from device.system.machine import Machine
from tests.transport import RecordingTransport


def configured(discovery: str) -> Config:
    """A node with everything."""
    sections: dict[str, Any] = {
        "mqtt": {"host": "broker", "discovery": discovery},
        "triggers": {"motion": {"pin": 4}, "button": {"pin": 17}},
        "privacy": {"picture": "full"},
    }
    return Config.model_validate(sections)


FULL, ESSENTIAL = configured("full"), configured("essential")
TABLE = entities(FULL, CELEBA)


def announce(folder: Path, config: Config) -> list[dict[str, Any]]:
    """Announce a node whose state directory is this folder; return the components of each discovery message."""
    link = RecordingTransport()
    announced = Announced(
        JsonStore(folder / "announced.json"), JsonStore(folder / "farewells.json")
    )
    publisher = Publisher(link, config, TABLE, announced, Machine)
    publisher.announce({}, is_camera_online=True, picture=None)
    for number in range(1, len(link.messages) + 1):
        publisher.delivered(number)
    return [
        json.loads(payload)["components"]
        for topic, payload, _ in link.messages
        if topic == Topics.of(config).discovery
    ]


def size(rows: tuple[Row, ...]) -> int:
    """Bytes of the discovery message of some rows."""
    payload = discovery_payload(FULL.node, Topics.of(FULL), rows, Machine())
    return len(compact(payload).encode())


def test_the_table_is_the_same_with_either() -> None:
    """Documents and commands are made of it."""
    assert [row.key for row in entities(ESSENTIAL, CELEBA)] == [row.key for row in TABLE]


def test_full_announces_every_row() -> None:
    """It is the default."""
    assert announced_rows(TABLE, FULL) == TABLE
    assert Config.model_validate({"mqtt": {"host": "broker"}}).mqtt.discovery == "full"


def test_essential_announces_about_ten_rows_and_a_tenth_of_the_bytes() -> None:
    """A home with a hundred nodes gets hundreds of entities instead of thousands."""
    rows = announced_rows(TABLE, ESSENTIAL)
    assert {row.key for row in rows} == {row.key for row in TABLE if row.is_essential}
    assert 0 < len(rows) <= 12
    assert size(rows) < size(TABLE) / 8


def test_what_is_essential_starts_enabled_and_is_no_attribute() -> None:
    """Nobody has to search for it; and of the device triggers only the button's is among it."""
    essential = [row for row in TABLE if row.is_essential]
    assert all(row.is_enabled_by_default for row in essential)
    triggers = [row.key for row in essential if row.platform is Platform.DEVICE_TRIGGER]
    assert triggers == ["button_pressed"]
    assert {row.category for row in essential} == {None, Category.CONFIG, Category.DIAGNOSTIC}


def test_what_a_visitor_triggers_and_whether_the_camera_may_look_is_essential() -> None:
    """The event, whether somebody is there, privacy, and whether the node needs its owner."""
    essential = {row.key for row in CATALOGUE if row.is_essential}
    assert {"observation", "face_present", "privacy", "capture", "node_problem"} <= essential


def test_home_assistant_forgets_what_is_not_essential_and_gets_it_back(tmp_path: Path) -> None:
    """Each component that leaves is met once more and taken leave of; back in the table none has left."""
    keys = {row.key for row in TABLE}
    essential = {row.key for row in announced_rows(TABLE, ESSENTIAL)}
    (full,) = announce(tmp_path, FULL)
    _met, farewell, final = announce(tmp_path, ESSENTIAL)
    (again,) = announce(tmp_path, FULL)
    assert set(full) == set(farewell) == keys
    assert set(final) == essential
    gone = {key for key, part in farewell.items() if set(part) == {"platform"}}
    assert gone == keys - essential
    assert again == full


def test_a_picture_is_published_whether_or_not_its_entity_is_announced(tmp_path: Path) -> None:
    """Who listens to the topic without Home Assistant gets it as before."""
    assert not any(isinstance(row, Image) for row in announced_rows(TABLE, ESSENTIAL))
    link = RecordingTransport()
    announced = Announced(JsonStore(tmp_path / "a.json"), JsonStore(tmp_path / "f.json"))
    Publisher(link, ESSENTIAL, TABLE, announced, Machine).picture(b"jpeg")
    assert (Topics.of(ESSENTIAL).picture, b"jpeg", False) in link.messages


@pytest.mark.parametrize("config", [FULL, ESSENTIAL], ids=["full", "essential"])
def test_each_announced_row_is_the_component_that_it_is_in_full(config: Config) -> None:
    """Ids, topics and availability do not depend on what else is announced."""
    payload = discovery_payload(config.node, Topics.of(config), TABLE, Machine())
    rows = announced_rows(TABLE, config)
    narrowed = discovery_payload(config.node, Topics.of(config), rows, Machine())
    assert narrowed["components"].items() <= payload["components"].items()
