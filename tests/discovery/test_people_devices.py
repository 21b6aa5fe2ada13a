"""People as devices: announced by each node that knows them, and gone from Home Assistant when they are forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device.config import Config
from device.discovery.message import AboutJson
from device.discovery.people_devices import PeopleDevices
from device.discovery.person import person_payload
from device.mqtt.topics import Topics
from device.people.person import Person, Tombstone
from device.system.json_store import JsonStore
from tests.clock import Clock
from tests.transport import RecordingTransport

THEN = datetime(2026, 11, 24, 8, tzinfo=UTC)
LATER = THEN + timedelta(days=1)
ANNA = Person("a" * 12, "Änne Groß", THEN, THEN)
BERT = Person("b" * 12, "Bert", THEN, THEN)
ANNAS_DEVICE = f"homeassistant/device/facet_person/{ANNA.id}/config"
ANNAS_STATE = f"facet/people/{ANNA.id}"
ANNAS_TOMBSTONE = f"facet/people/{ANNA.id}/forgotten"


class Node:
    """One node's part in it, over a transport that takes notes; each is one start of the node."""

    def __init__(
        self, folder: Path, name: str = "hall", *, is_shared: bool = False, **mqtt: str
    ) -> None:
        self.transport = RecordingTransport()
        self.clock = Clock()
        config = Config.model_validate(
            {"mqtt": {"host": "broker"} | mqtt, "node": {"id": name, "name": name.capitalize()}}
        )
        store = JsonStore(folder / f"{name}.json")
        self.devices = PeopleDevices(
            self.transport,
            Topics.of(config),
            config.node,
            store,
            self.clock,
            is_shared=is_shared,
        )

    def connect(self) -> list[tuple[str, Any]]:
        """Connect, wait, and let the broker take everything; return that."""
        self.devices.connected()
        self.devices.tick()
        self.clock.seconds += 2.0
        self.devices.tick()
        return self.confirm()

    def confirm(self) -> list[tuple[str, Any]]:
        """Let the broker take everything; return what that is, all of which is retained."""
        messages = list(self.transport.messages)
        for number in range(1, len(messages) + 1):
            self.devices.delivered(number)
        self.transport.messages.clear()
        assert all(retain for _topic, _payload, retain in messages)
        return [(topic, json.loads(p) if p[:1] == "{" else p) for topic, p, _ in messages]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node that knows Anna and Bert, and has announced them."""
    node = Node(tmp_path)
    node.devices.known([ANNA, BERT], [])
    node.connect()
    return node


def test_a_person_is_the_same_device_on_every_node() -> None:
    """Home Assistant joins them by the identifier, and the payload names no node."""
    payloads = [person_payload(ANNA, Topics("facet", node), "en") for node in ("hall", "door")]
    assert payloads[0] == payloads[1]
    about: AboutJson = {
        "identifiers": [f"facet_person_{ANNA.id}"],
        "connections": [],
        "name": "Änne Groß",
        "manufacturer": "Facet",
        "model": "Person",
    }
    assert payloads[0]["device"] == about
    assert set(payloads[0]) == {"device", "origin", "components"}


def test_a_person_has_what_home_assistant_requires_of_each_component() -> None:
    """Ids of plain letters, whatever the name is written in."""
    components = person_payload(ANNA, Topics("facet", "hall"), "de")["components"]
    assert {key: c["default_entity_id"] for key, c in components.items()} == {
        "here": "binary_sensor.anne_gro_here",
        "last_seen": "sensor.anne_gro_last_seen",
        "last_seen_by": "sensor.anne_gro_last_seen_by",
    }
    assert {c["name"] for c in components.values()} == {
        "Hier", "Zuletzt gesehen", "Zuletzt gesehen von",
    }  # fmt: skip
    for key, component in components.items():
        assert component["unique_id"] == f"facet_person_{ANNA.id}_{key}"
        assert component["state_topic"] == ANNAS_STATE
        assert component["qos"] == 1
        assert None not in component.values()
    assert components["here"]["off_delay"] == 5 * 60
    foreign = person_payload(Person("c" * 12, "안나", THEN, THEN), Topics("facet", "hall"), "en")
    here = foreign["components"]["here"]["default_entity_id"]
    assert here == f"binary_sensor.person_{'c' * 12}_here"


def test_everybody_is_announced_once_the_broker_has_said_who_was_forgotten(tmp_path: Path) -> None:
    """Two seconds after the connection, and at once when Home Assistant has started."""
    node = Node(tmp_path)
    node.devices.known([ANNA, BERT], [])
    node.devices.connected()
    node.clock.seconds += 1.9
    node.devices.tick()
    assert not node.transport.messages
    node.clock.seconds += 0.1
    node.devices.tick()
    first = node.confirm()
    assert [topic for topic, _ in first] == [
        ANNAS_DEVICE,
        ANNAS_DEVICE.replace(ANNA.id, BERT.id),
    ]
    node.devices.tick()
    assert not node.confirm()
    node.devices.born()
    assert node.confirm() == first


def test_only_what_changes_is_published_when_somebody_is_renamed(node: Node) -> None:
    """Under the same topic, so that Home Assistant renames the device."""
    node.devices.known([Person(ANNA.id, "Anna", THEN, LATER), BERT], [])
    ((topic, payload),) = node.confirm()
    assert (topic, payload["device"]["name"]) == (ANNAS_DEVICE, "Anna")


def test_where_somebody_is_says_when_and_by_which_node(node: Node) -> None:
    """The same topic from all nodes; nothing is said of people without a device."""
    node.devices.seen(ANNA.id, THEN)
    node.devices.seen("c" * 12, THEN)
    assert node.confirm() == [
        (ANNAS_STATE, {"last_seen": "2026-11-24T08:00:00.000+00:00", "last_seen_by": "Hall"})
    ]


def test_whoever_is_forgotten_leaves_device_and_state_and_a_tombstone_without_a_name(
    node: Node,
) -> None:
    """The entities first, and the device before its state becomes unknown."""
    assert node.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    messages = node.confirm()
    assert [topic for topic, _ in messages] == [
        ANNAS_DEVICE, ANNAS_DEVICE, ANNAS_STATE, ANNAS_TOMBSTONE,
    ]  # fmt: skip
    farewell, *rest = (payload for _, payload in messages)
    assert all(set(component) == {"platform"} for component in farewell["components"].values())
    assert rest == ["", "", LATER.isoformat()]
    said = json.dumps(messages, ensure_ascii=False).lower()
    assert not [part for part in ("änne", "anne", "groß", "gross") if part in said]
    assert not node.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    assert not node.confirm(), "once is enough"
    node.devices.seen(ANNA.id, THEN)
    assert not node.confirm()


def test_whoever_is_forgotten_while_the_broker_is_away_leaves_with_the_next_connection(
    node: Node, tmp_path: Path
) -> None:
    """Also if the node was started since, or was not running when it happened."""
    node.transport.is_down = True
    node.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    again = Node(tmp_path)
    assert again.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    assert (ANNAS_DEVICE, "") in again.connect()


def test_a_home_assistant_that_was_away_meets_whoever_has_left_and_forgets_them(node: Node) -> None:
    """After three of its births it has."""
    node.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    node.confirm()
    for _ in range(3):
        node.devices.born()
        payloads = [payload for topic, payload in node.confirm() if topic == ANNAS_DEVICE]
        ghost, farewell, end = payloads
        assert ghost["components"]["here"]["unique_id"] == f"facet_person_{ANNA.id}_here"
        assert farewell["components"]["here"] == {"platform": "binary_sensor"}
        assert end == ""
    node.devices.born()
    assert ANNAS_DEVICE not in dict(node.confirm())


def test_another_node_that_still_knows_a_person_does_not_bring_them_back(tmp_path: Path) -> None:
    """Neither at once nor at its next connection, nor when it sees them."""
    door = Node(tmp_path, "door")
    door.devices.known([ANNA], [])
    door.connect()
    door.devices.forgotten_elsewhere(ANNA.id, LATER.isoformat().encode())
    assert (ANNAS_DEVICE, "") in door.confirm()
    door.devices.seen(ANNA.id, LATER)
    door.devices.born()
    assert all(payload == "" or "unique_id" not in payload for _, payload in door.confirm()[1:])
    assert ANNAS_STATE not in dict(door.connect())


def test_whoever_is_enrolled_after_they_were_forgotten_is_there(node: Node) -> None:
    """The tombstone is of before; one that is damaged or of a foreign id means nothing."""
    anew = Person(ANNA.id, "Anna", LATER, LATER)
    node.devices.known([anew], [])
    node.confirm()
    for person, payload in (
        (ANNA.id, THEN.isoformat().encode()),
        (ANNA.id, b"\xff"),
        (ANNA.id, b"2026-11-30T00:00:00"),
        ("+/#", LATER.isoformat().encode()),
    ):
        node.devices.forgotten_elsewhere(person, payload)
    assert not node.confirm()


def test_whoever_is_brought_back_on_the_node_that_forgot_them_is_there_on_all(
    node: Node, tmp_path: Path
) -> None:
    """It takes its tombstone back, and the others announce them again."""
    door = Node(tmp_path, "door")
    door.devices.known([ANNA], [])
    door.devices.forgotten_elsewhere(ANNA.id, LATER.isoformat().encode())
    door.connect()
    node.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    node.confirm()
    node.devices.forgotten_elsewhere(ANNA.id, LATER.isoformat().encode())
    node.devices.known([BERT, ANNA], [])
    back = dict(node.confirm())
    assert back[ANNAS_TOMBSTONE] == ""
    assert back[ANNAS_DEVICE]["device"]["name"] == ANNA.name
    door.devices.forgotten_elsewhere(ANNA.id, b"")
    assert ANNAS_DEVICE in dict(door.confirm())


@pytest.mark.usefixtures("node")
def test_a_node_that_cannot_read_its_gallery_takes_nobody_back(tmp_path: Path) -> None:
    """It does not know who is known."""
    again = Node(tmp_path)
    assert not again.connect()


def test_what_is_no_id_in_the_file_becomes_no_topic(tmp_path: Path) -> None:
    """A wildcard in it would end the connection."""
    (tmp_path / "hall.json").write_text(
        '{"announced": ["+/#", 7, "' + "f" * 12 + '"], "told": [["a"]], "left": {"#": 1}}'
    )
    node = Node(tmp_path)
    node.devices.known([], [])
    assert all("#" not in topic and "+" not in topic for topic, _ in node.connect())


def test_a_damaged_file_of_what_was_announced_counts_as_empty(tmp_path: Path) -> None:
    """Everybody is announced, as ever."""
    (tmp_path / "hall.json").write_text('{"announced": 7, "told": null, "left": [1]}')
    node = Node(tmp_path)
    node.devices.known([ANNA], [])
    assert [topic for topic, _ in node.connect()] == [ANNAS_DEVICE]
