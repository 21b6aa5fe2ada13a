"""A person is a device of all nodes: whoever is forgotten on one stays away, also where another still knows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device.entities.roster import Roster
from device.mqtt.events import Birth, Connected, PersonForgotten
from device.people.person import Person, Tombstone
from tests.broker.mosquitto import Mosquitto, password_file
from tests.broker.node import Node
from tests.broker.observer import Observer, observe

pytestmark = pytest.mark.broker

_ACL = Path(__file__).parents[2] / "provisioning" / "mosquitto" / "acl"
THEN = datetime(2026, 11, 24, tzinfo=UTC)
ANNA = Person("a" * 12, "Anna", THEN, THEN)
DEVICE = f"homeassistant/device/facet_person/{ANNA.id}/config"
STATE = f"facet/people/{ANNA.id}"
TOMBSTONE = f"facet/people/{ANNA.id}/forgotten"
FORGOTTEN = Tombstone(ANNA.id, THEN + timedelta(days=1))


@pytest.fixture
def shipped(start_broker: Callable[..., Mosquitto], tmp_path: Path) -> Mosquitto:
    """A broker with the access list that Facet ships."""
    users = {"hall": "hall", "door": "door", "homeassistant": "homeassistant"}
    return start_broker(password_file(tmp_path, **users), f"acl_file {_ACL}")


@pytest.fixture
def home(shipped: Mosquitto) -> Iterator[Observer]:
    """What Home Assistant receives."""
    with observe(shipped.port, user="homeassistant") as home:
        yield home


def node(folder: Path, broker: Mosquitto, name: str) -> Node:
    """A node that recognises people, as its own user of the broker."""
    (folder / name).mkdir(exist_ok=True)
    mqtt = {"port": broker.port, "username": name, "password": name}
    return Node(folder / name, mqtt, node={"id": name}, people={"enabled": True})


def announce(node: Node) -> None:
    """Connect, know Anna, and announce her."""
    node.expect(Connected)
    node.sink.people(Roster((ANNA,)), [])
    node.sink.handle(Birth())
    node.expect_all_answered()


def kept(broker: Mosquitto) -> dict[str, bytes]:
    """What the broker keeps, for whoever may read all of it."""
    with observe(broker.port, user="homeassistant") as late:
        late.publish("facet/end", "end")
        late.expect("facet/end")
        return {m.topic: m.payload for m in late.messages if m.is_retained}


def test_the_shipped_acl_lets_every_node_announce_people_and_say_where_they_are(
    shipped: Mosquitto, home: Observer, tmp_path: Path
) -> None:
    """And no node reads where another one has seen them."""
    with node(tmp_path, shipped, "hall") as hall, node(tmp_path, shipped, "door") as door:
        announce(hall)
        announce(door)
        first, second = home.expect(DEVICE), home.expect(DEVICE)
        assert first.payload == second.payload
        assert json.loads(first.payload)["device"]["name"] == "Anna"
        with observe(shipped.port, "facet/people/#", user="door") as curious:
            hall.link.publish(STATE, "{}", retain=True)
            home.expect(STATE)
            assert not curious.drain()


def test_whoever_is_forgotten_on_one_node_is_gone_and_stays_so_though_another_knows_them(
    shipped: Mosquitto, home: Observer, tmp_path: Path
) -> None:
    """While that runs, at its next start, and when Home Assistant starts."""
    with node(tmp_path, shipped, "hall") as hall, node(tmp_path, shipped, "door") as door:
        announce(hall)
        announce(door)
        hall.sink.people(Roster(), [FORGOTTEN])
        hall.expect_all_answered()
        assert door.expect(PersonForgotten).payload == FORGOTTEN.forgotten_at.isoformat().encode()
        door.expect_all_answered()
        assert home.expect(TOMBSTONE, FORGOTTEN.forgotten_at.isoformat().encode())
    with node(tmp_path, shipped, "door") as door:
        door.expect(Connected)
        door.sink.people(Roster((ANNA,)), [])
        # The broker has sent the tombstone before it answers anything that is published since.
        door.expect_all_answered()
        door.sink.handle(Birth())
        door.expect_all_answered()
        left = kept(shipped)
    assert not left.keys() & {DEVICE, STATE}
    assert left[TOMBSTONE] == FORGOTTEN.forgotten_at.isoformat().encode()


def test_a_device_is_back_on_all_nodes_when_who_was_forgotten_is_brought_back(
    shipped: Mosquitto, tmp_path: Path
) -> None:
    """By an import on the node that forgot them."""
    with node(tmp_path, shipped, "hall") as hall, node(tmp_path, shipped, "door") as door:
        announce(hall)
        hall.sink.people(Roster(), [FORGOTTEN])
        hall.expect_all_answered()
        announce(door)
        hall.sink.people(Roster((ANNA,)), [])
        hall.expect_all_answered()
    left = kept(shipped)
    assert DEVICE in left
    assert TOMBSTONE not in left
