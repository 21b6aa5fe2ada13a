"""Whoever has not the key learns nothing, and whoever writes garbage changes nothing."""

from __future__ import annotations

import pytest

from device.errors import UnknownPersonError
from device.people.embedding import encoded
from device.system.share_key import new_share_key
from tests.node.sharing_home import TOPICS, Home, SharingNode, enrol, someone


def test_a_node_with_another_key_learns_nothing_and_harms_nobody(
    home: Home, hall: SharingNode, door: SharingNode, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so once, and both go on as they were."""
    anna = enrol(home, hall, "Anna", 1)
    stranger = home.node("stranger", key=new_share_key())
    assert stranger.names() == {}
    assert stranger.sharing.fault is not None
    assert "the same people.share_key" in stranger.sharing.fault
    enrol(home, stranger, "Carl", 3)
    assert hall.names() == door.names() == {"Anna": 4}
    said = caplog.text.count(f"message of person {anna.id} is damaged, was sealed with another key")
    assert said == 1


def test_a_new_key_on_all_nodes_takes_the_place_of_the_one_before(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """Everybody is published again, and who has the former key can read nobody any more."""
    anna = enrol(home, hall, "Anna", 1)
    before = home.retained[TOPICS.sealed(anna.id)]
    home.key, former = new_share_key(), home.key
    for node in (hall, door):
        node.disconnect()
        node.known.close()
        home.nodes.remove(node)
        home.node(node.name)
    assert home.retained[TOPICS.sealed(anna.id)] != before
    assert all(node.sharing.fault is None for node in home.nodes)
    assert home.node("late").names() == {"Anna": 4}
    assert home.node("stranger", key=former).names() == {}


@pytest.mark.parametrize(
    "payload",
    [b"x", b"fctp\1" + bytes(60), b"fctp\1" + bytes(59_000), b"fctp\2" + bytes(60), b"", b"{}"],
    ids=["a byte", "short", "long", "newer", "nothing", "JSON"],
)
def test_garbage_changes_nothing_and_does_not_stay(
    home: Home, hall: SharingNode, payload: bytes
) -> None:
    """On the topic of somebody who is known, and on that of nobody."""
    anna = enrol(home, hall, "Anna", 1)
    before = hall.content()
    for person in (anna.id, "0" * 12, "nobody", "+", "x" * 3000):
        home.publish(TOPICS.sealed(person), payload)
    home.settle()
    assert hall.content() == before
    if payload:
        assert hall.sharing.fault is not None
    hall.disconnect()
    hall.connect()
    home.settle()
    assert hall.content() == before
    if not payload.startswith(b"fctp\2"):
        assert home.node("late").names() == {"Anna": 4}


def test_faults_of_a_flood_are_bounded(
    home: Home, hall: SharingNode, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log, and in what the owner is shown."""
    for number in range(300):
        home.publish(TOPICS.sealed(f"{number:012x}"), bytes(1000))
    home.settle()
    assert hall.sharing.fault is not None
    assert len(hall.sharing.fault) < 500
    assert len([r for r in caplog.records if r.levelname == "WARNING"]) <= 20


def test_nothing_of_an_embedding_waits_in_the_clear(home: Home, hall: SharingNode) -> None:
    """What the broker keeps has no eight bytes of one, and no name."""
    anna = enrol(home, hall, "Anna", 1)
    kept = home.retained[TOPICS.sealed(anna.id)]
    for reference in someone(1):
        data = encoded(reference.embedding)
        assert not any(data[at : at + 8] in kept for at in range(0, len(data), 4))
    assert b"Anna" not in kept


def test_somebody_unknown_is_never_published(home: Home, hall: SharingNode) -> None:
    """A node that knows nobody says nothing."""
    assert not hall.published
    with hall.open() as gallery, pytest.raises(UnknownPersonError):
        gallery.export_people("0" * 12)
    assert not home.retained
