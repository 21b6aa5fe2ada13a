"""The announcement: its order, what is retained, and what Home Assistant has to forget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from device.config import Config
from device.discovery.publisher import Publisher
from device.entities.documents import DIAGNOSTICS, EVENTS, MOTION, SETTINGS, STATE
from device.entities.kinds import Document
from device.entities.table import CELEBA, entities
from device.system.json_store import JsonStore
from device.system.machine import Machine
from device.system.network import host_name
from tests.discovery.publishers import announce, announced_in, make
from tests.transport import RecordingTransport

DOCUMENTS: Mapping[Document[Any], Mapping[str, Any]] = {
    STATE: {"eyeglasses": "ON"},
    SETTINGS: {"privacy": "OFF"},
    DIAGNOSTICS: {"version": "1"},
    MOTION: {"motion": "OFF"},
}


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
        "facet/hall/motion",
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


@pytest.mark.parametrize("document", EVENTS)
def test_an_event_is_never_retained(tmp_path: Path, document: Document[Any]) -> None:
    """Asking for it is a mistake in the program."""
    link = RecordingTransport()
    with pytest.raises(ValueError, match="an event is never retained"):
        make(tmp_path, link).document(document, {})
    assert link.messages == []


def test_a_component_that_left_the_table_is_met_and_forgotten(tmp_path: Path) -> None:
    """Home Assistant forgets only what it has met since its start: first under its old id, then as a mere platform."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    link = RecordingTransport()
    publisher = make(tmp_path, link, WITHOUT_BALD)
    publisher.announce({}, is_camera_online=True, picture=None)
    met, farewell, final = components(link)
    assert met["bald"]["unique_id"] == "facet_hall_bald"
    assert farewell["bald"] == {"platform": "binary_sensor"}
    assert "bald" not in final
    assert {key for key in met if key != "bald"} == set(final)
    assert {key for key in farewell if key != "bald"} == set(final)


def test_a_farewell_is_repeated_until_home_assistant_was_born_three_times(tmp_path: Path) -> None:
    """It may have been away; a connection of the node alone tells nothing, and neither does a restart of the node."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    for is_birth in (False, False, True, True, False, True):
        assert announce(make(tmp_path, link, WITHOUT_BALD), link, is_birth=is_birth) == 3
    assert announce(make(tmp_path, link, WITHOUT_BALD), link, is_birth=True) == 1


def test_an_attribute_that_returns_has_not_left(tmp_path: Path) -> None:
    """The owner changed his mind before Home Assistant was born."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    announce(make(tmp_path, link, WITHOUT_BALD), link)
    assert announce(make(tmp_path, link), link) == 1
    assert announce(make(tmp_path, link), link, is_birth=True) == 1


def test_taking_leave_is_repeated_until_the_broker_has_it(tmp_path: Path) -> None:
    """A connection that breaks before the confirmation must not leave a ghost behind."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    link = RecordingTransport()
    publisher = make(tmp_path, link, WITHOUT_BALD)
    for _ in range(5):
        publisher.announce({}, is_camera_online=True, picture=None, is_birth=True)
    assert len(components(link)) == 15


def test_a_node_that_cannot_remember_takes_leave_of_what_the_broker_has(tmp_path: Path) -> None:
    """A new card in the same node, whose configuration now disables an attribute."""
    link = RecordingTransport()
    (tmp_path / "old").mkdir()
    announce(make(tmp_path / "old", link), link)
    (payload,) = (payload for topic, payload, _ in link.messages if topic.endswith("/config"))
    link = RecordingTransport()
    publisher = make(tmp_path, link, WITHOUT_BALD)
    announce(publisher, link)
    publisher.found(str(payload).encode())
    *_, met, farewell, final = components(link)
    assert met["bald"]["unique_id"] == "facet_hall_bald"
    assert farewell["bald"] == {"platform": "binary_sensor"}
    assert "bald" not in final
    assert announce(publisher, link, is_birth=True) == 3


def test_what_the_broker_has_is_taken_leave_of_with_the_first_announcement(tmp_path: Path) -> None:
    """Nothing is published before that."""
    link = RecordingTransport()
    publisher = make(tmp_path, link, WITHOUT_BALD)
    publisher.found(b'{"components": {"bald": {"platform": "binary_sensor"}}}')
    assert link.messages == []
    assert announce(publisher, link) == 3


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"components": []}',
        b'{"components": {"bald": {}}}',
        b"[" * 9999,
    ],
)
def test_what_is_not_a_discovery_message_is_passed_over(tmp_path: Path, payload: bytes) -> None:
    """Anybody may have written it."""
    link = RecordingTransport()
    make(tmp_path, link).found(payload)
    assert link.messages == []


def test_a_node_with_another_id_clears_what_it_published_under_the_one_before(
    tmp_path: Path,
) -> None:
    """Once; the visitor's attributes do not stay at the broker."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    link = RecordingTransport()
    announce(make(tmp_path, link, node="door"), link)
    assert [(topic, payload) for topic, payload, retain in link.messages if not payload] == [
        ("homeassistant/device/hall/config", ""),
        ("facet/hall/state", ""),
        ("facet/hall/settings", ""),
        ("facet/hall/diagnostics", ""),
        ("facet/hall/motion", ""),
        ("facet/hall/people", ""),
        ("facet/hall/picture/status", ""),
        ("facet/hall/camera/status", ""),
        ("facet/hall/status", ""),
    ]
    assert all(retain for _, _, retain in link.messages)
    link = RecordingTransport()
    announce(make(tmp_path, link, node="door"), link)
    assert not [topic for topic, payload, _ in link.messages if not payload]


def test_another_base_topic_does_not_take_the_discovery_away(tmp_path: Path) -> None:
    """It is the same device, whose entities move."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    link = RecordingTransport()
    announce(make(tmp_path, link, base_topic="home/facet"), link)
    cleared = [topic for topic, payload, _ in link.messages if not payload]
    assert "facet/hall/state" in cleared
    assert "homeassistant/device/hall/config" not in cleared


def test_a_copied_card_leaves_the_node_that_it_was_copied_from_alone(tmp_path: Path) -> None:
    """That one is still there under its id."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    link = RecordingTransport()
    announce(make(tmp_path, link, node="door", serial_number="2"), link)
    assert not [topic for topic in link.topics if "hall" in topic]


def test_a_broker_that_does_not_let_the_old_topics_be_cleared_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The new user may not write there; the log says what can."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    link = RecordingTransport()
    publisher = make(tmp_path, link, node="door")
    publisher.announce({}, is_camera_online=True, picture=None)
    publisher.refused(1)
    assert "homeassistant/device/hall/config" in caplog.text
    assert "facet retire" in caplog.text


def test_a_component_that_changed_its_platform_is_replaced(tmp_path: Path) -> None:
    """Home Assistant does not turn one into the other; it has to forget the old one first."""
    JsonStore(tmp_path / "announced.json").save({"eyeglasses": "sensor"})
    link = RecordingTransport()
    make(tmp_path, link).announce({}, is_camera_online=True, picture=None)
    met, farewell, final = components(link)
    assert met["eyeglasses"]["platform"] == "sensor"
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
    assert link.not_stored == ["facet/hall/picture"]


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
WITHOUT_BALD = tuple(row for row in CATALOGUE_OF_HALL if row.key != "bald")


def test_home_assistant_is_led_to_the_node_s_own_page(tmp_path: Path) -> None:
    """While it is on; the key is one that every supported Home Assistant knows."""
    found = []
    for page in ({}, {"enabled": True}):
        link = RecordingTransport()
        config = Config.model_validate({"mqtt": {"host": "broker"}, "page": page})
        announced = announced_in(tmp_path)
        publisher = Publisher(link, config, entities(config, CELEBA), announced, Machine)
        publisher.announce({}, is_camera_online=True, picture=None)
        found.append(json.loads(link.messages[0][1])["device"].get("configuration_url"))
    assert found == [None, f"http://{host_name()}.local:8420/"]
