"""The announcement: its order, what is retained, and what Home Assistant has to forget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from device.config import Config
from device.discovery.publisher import Publisher
from device.entities.documents import DIAGNOSTICS, EVENT, SETTINGS, STATE
from device.entities.kinds import Document, Row
from device.entities.table import CELEBA, entities
from device.system.json_store import JsonStore
from device.system.machine import Machine
from tests.transport import RecordingTransport

DOCUMENTS: Mapping[Document[Any], Mapping[str, Any]] = {
    STATE: {"eyeglasses": "ON"},
    SETTINGS: {"privacy": "OFF"},
    DIAGNOSTICS: {"version": "1"},
}


def make(folder: Path, link: RecordingTransport, table: tuple[Row, ...] | None = None) -> Publisher:
    """An publisher of the node "hall", with a memory in this folder."""
    config = Config.model_validate({"mqtt": {"host": "broker"}, "node": {"id": "hall"}})
    table = entities(config, CELEBA) if table is None else table
    return Publisher(link, config, table, JsonStore(folder / "announced.json"), Machine())


def components(link: RecordingTransport) -> list[dict[str, Any]]:
    """The components of each discovery message."""
    return [
        json.loads(payload)["components"]
        for topic, payload, _ in link.messages
        if topic.startswith("homeassistant/")
    ]


def test_online_is_the_last_of_all_and_everything_is_retained(tmp_path: Path) -> None:
    """The states are there before the entities become available."""
    link = RecordingTransport()
    make(tmp_path, link).announce(DOCUMENTS, is_camera_online=True, picture=None)
    assert link.topics == [
        "homeassistant/device/hall/config",
        "facet/hall/camera/status",
        "facet/hall/state",
        "facet/hall/settings",
        "facet/hall/diagnostics",
        "facet/hall/status",
    ]
    assert all(retain for _, _, retain in link.messages)
    assert link.messages[-1][1] == "online"


@pytest.mark.parametrize(("is_online", "payload"), [(True, "online"), (False, "offline")])
def test_the_camera_has_a_separate_status(tmp_path: Path, is_online: bool, payload: str) -> None:
    """Diagnostics stay available while the camera is not."""
    link = RecordingTransport()
    make(tmp_path, link).camera(is_online=is_online)
    assert link.messages == [("facet/hall/camera/status", payload, True)]


def test_an_event_is_never_retained(tmp_path: Path) -> None:
    """Asking for it is a mistake in the program."""
    link = RecordingTransport()
    with pytest.raises(ValueError, match="an event is never retained"):
        make(tmp_path, link).document(EVENT, {})
    assert link.messages == []


def test_a_component_that_left_the_table_is_taken_leave_of_once(tmp_path: Path) -> None:
    """As a mere platform, and then no more; also by a node that was restarted in between."""
    link = RecordingTransport()
    first = make(tmp_path, link)
    first.announce({}, is_camera_online=True, picture=None)
    first.delivered(1)
    rest = tuple(row for row in CATALOGUE_OF_HALL if row.key != "bald")
    link = RecordingTransport()
    second = make(tmp_path, link, rest)
    second.announce({}, is_camera_online=True, picture=None)
    farewell, final = components(link)
    assert farewell["bald"] == {"platform": "binary_sensor"}
    assert {key for key in farewell if key != "bald"} == set(final)
    second.delivered(2)
    second.announce({}, is_camera_online=True, picture=None)
    assert len(components(link)) == 3
    assert "bald" not in components(link)[2]


def test_taking_leave_is_repeated_until_the_broker_has_it(tmp_path: Path) -> None:
    """A connection that breaks before the confirmation must not leave a ghost behind."""
    link = RecordingTransport()
    first = make(tmp_path, link)
    first.announce({}, is_camera_online=True, picture=None)
    first.delivered(1)
    link = RecordingTransport()
    second = make(tmp_path, link, CATALOGUE_OF_HALL[1:])
    second.announce({}, is_camera_online=True, picture=None)
    second.announce({}, is_camera_online=True, picture=None)
    assert len(components(link)) == 4


def test_a_component_that_changed_its_platform_is_replaced(tmp_path: Path) -> None:
    """Home Assistant does not turn one into the other; it has to forget the old one first."""
    JsonStore(tmp_path / "announced.json").save({"eyeglasses": "sensor"})
    link = RecordingTransport()
    make(tmp_path, link).announce({}, is_camera_online=True, picture=None)
    farewell, final = components(link)
    assert farewell["eyeglasses"] == {"platform": "sensor"}
    assert final["eyeglasses"]["platform"] == "binary_sensor"


def test_a_picture_is_never_retained(tmp_path: Path) -> None:
    """It would lie on the broker's disk, past its expiry and past the end of the node."""
    link = RecordingTransport()
    config = {"mqtt": {"host": "broker"}, "privacy": {"picture": "crop"}}
    table = entities(Config.model_validate(config), CELEBA)
    make(tmp_path, link, table).picture(b"jpeg")
    assert ("facet/hall/picture", b"jpeg", False) in link.messages
    assert [topic for topic, _, retain in link.messages if retain] == ["facet/hall/picture/status"]


def test_the_picture_is_available_while_there_is_one(tmp_path: Path) -> None:
    """Whoever waits for the entity to change sees neither the picture before nor an empty one."""
    link = RecordingTransport()
    config = {"mqtt": {"host": "broker"}, "privacy": {"picture": "crop"}}
    publisher = make(tmp_path, link, entities(Config.model_validate(config), CELEBA))
    for picture in (b"jpeg", None):
        publisher.picture(picture)
    assert [(topic, payload) for topic, payload, _ in link.messages] == [
        ("facet/hall/picture", b"jpeg"),
        ("facet/hall/picture/status", "online"),
        ("facet/hall/picture/status", "offline"),
        ("facet/hall/picture", b""),
    ]


def test_no_picture_is_published_where_none_may_leave(tmp_path: Path) -> None:
    """Without the entity there is nobody to show it to, nor whether there is one."""
    link = RecordingTransport()
    make(tmp_path, link).picture(b"jpeg")
    assert link.messages == []


CATALOGUE_OF_HALL = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
