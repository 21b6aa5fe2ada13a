"""Whole nodes share people over a real broker with the shipped access list; nothing stays of whoever is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.mqtt.topics import Topics
from device.networks.recognition_card import read_recognition_card
from device.node.state_directory import PEOPLE_DEVICES
from device.node.timing import Timing
from device.people.embedding import encoded
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference, Person
from device.people.reader import PEOPLE
from device.system.share_key import new_share_key
from tests.broker.mosquitto import PATIENCE, Mosquitto, password_file, wait_for
from tests.broker.observer import observe
from tests.node.sharing_home import someone
from tests.node.whole_node import Node, running

pytestmark = pytest.mark.broker

_ACL = Path(__file__).parents[2] / "provisioning" / "mosquitto" / "acl"
_TOPICS = Topics("facet", "hall")
_QUICK = Timing(tick=0.05)
_RUN = 8
"""Bytes of an embedding, or of what was sealed, of which none may be found."""


@pytest.fixture
def broker(start_broker: Callable[..., Mosquitto], tmp_path: Path) -> Mosquitto:
    """A broker with the access list that Facet ships."""
    users = {name: name for name in ("hall", "door", "attic", "homeassistant")}
    return start_broker(password_file(tmp_path, **users), f"acl_file {_ACL}")


@pytest.fixture
def key() -> str:
    """The key of all nodes of a home."""
    return new_share_key()


@contextmanager
def node(
    folder: Path, broker: Mosquitto, name: str, key: str, *, is_enabled: bool = True
) -> Iterator[Node]:
    """A whole node, as its user of the broker."""
    folder = folder / name
    folder.mkdir(exist_ok=True)
    with running(
        folder,
        _QUICK,
        node={"id": name, "state_directory": str(folder / "state")},
        mqtt={"host": "127.0.0.1", "port": broker.port, "username": name, "password": name},
        people={"enabled": is_enabled, "share_key": key},
    ) as started:
        yield started


def gallery(folder: Path, name: str) -> GalleryFile:
    """The gallery of a node, as a command beside it opens it."""
    embedder = read_recognition_card().sha256
    return GalleryFile.open(folder / name / "state" / PEOPLE, embedder)


def enrol(folder: Path, name: str, whom: str, references: list[NewReference]) -> Person:
    """Enrol somebody on a node."""
    with gallery(folder, name) as opened:
        return opened.enrol(whom, references)


def wait_for_names(folder: Path, name: str, *names: str) -> None:
    """Wait until these people are known to a node."""

    def are_known() -> bool:
        with gallery(folder, name) as opened:
            return sorted(person.name for person in opened.people()) == sorted(names)

    wait_for(are_known, f"{name} knows {names}", 2 * PATIENCE)


def kept(broker: Mosquitto) -> dict[str, bytes]:
    """What the broker keeps, for whoever may read all of it."""
    with observe(broker.port, user="homeassistant") as late:
        late.publish("facet/end", "end")
        late.expect("facet/end")
        return {m.topic: m.payload for m in late.messages if m.is_retained}


def has_any(data: bytes, *secrets: bytes) -> bool:
    """Whether a run of some bytes is in something."""
    return any(
        secret[at : at + _RUN] in data
        for secret in secrets
        for at in range(0, len(secret) - _RUN + 1, 4)
    )


def test_people_are_known_renamed_and_forgotten_on_all_nodes_and_nothing_stays_with_the_broker(
    broker: Mosquitto, tmp_path: Path, key: str
) -> None:
    """Neither sealed nor in the clear: not retained, and not in the file in which it keeps that."""
    annas = someone(1)
    embeddings = [encoded(reference.embedding) for reference in annas]
    with node(tmp_path, broker, "hall", key), node(tmp_path, broker, "door", key):
        anna = enrol(tmp_path, "hall", "Anna", annas)
        enrol(tmp_path, "door", "Bert", someone(2))
        wait_for_names(tmp_path, "door", "Anna", "Bert")
        wait_for_names(tmp_path, "hall", "Anna", "Bert")
        with gallery(tmp_path, "door") as opened:
            arrived = {encoded(each.embedding) for each in opened.references(anna.id)}
            assert arrived == set(embeddings)
            opened.rename(anna.id, "Annabella")
        wait_for_names(tmp_path, "hall", "Annabella", "Bert")
        before = kept(broker)
        sealed = before[_TOPICS.sealed(anna.id)]
        assert has_any(b"".join(before.values()), sealed[20:])
        assert not has_any(sealed, *embeddings)
        assert b"Annabella" not in sealed
        with gallery(tmp_path, "hall") as opened:
            opened.forget(anna.id)
        wait_for_names(tmp_path, "door", "Bert")
        device = _TOPICS.person_discovery(anna.id)
        wait_for(lambda: device not in kept(broker), "the device has left Home Assistant")
        left = kept(broker)
        assert len(left[_TOPICS.sealed(anna.id)]) < 500
        assert not has_any(b"".join(left.values()), *embeddings, sealed[20:])
    broker.stop()
    file = (tmp_path / f"broker-{broker.port}" / "mosquitto.db").read_bytes()
    assert _TOPICS.sealed(anna.id).encode() in file
    assert not has_any(file, *embeddings, sealed[20:])
    for name in ("hall", "door"):
        for path in (tmp_path / name).rglob("*"):
            if path.is_file():
                assert not has_any(path.read_bytes(), *embeddings, sealed[20:]), path
        assert (tmp_path / name / "state" / PEOPLE_DEVICES).exists()


def test_a_node_that_was_off_neither_brings_anybody_back_nor_sends_anything_old(
    broker: Mosquitto, tmp_path: Path, key: str
) -> None:
    """Somebody was forgotten and somebody renamed meanwhile; it takes that in at its start."""
    with node(tmp_path, broker, "hall", key):
        with node(tmp_path, broker, "attic", key):
            anna = enrol(tmp_path, "hall", "Anna", someone(1))
            bert = enrol(tmp_path, "hall", "Bert", someone(2))
            wait_for_names(tmp_path, "attic", "Anna", "Bert")
        with gallery(tmp_path, "hall") as opened:
            opened.forget(anna.id)
            opened.rename(bert.id, "Bertram")
        wait_for(lambda: len(kept(broker)[_TOPICS.sealed(anna.id)]) < 500, "a tombstone is kept")
        with (
            observe(broker.port, _TOPICS.sealed("+"), user="homeassistant") as home,
            node(tmp_path, broker, "attic", key),
        ):
            wait_for_names(tmp_path, "attic", "Bertram")
            enrol(tmp_path, "attic", "Carl", someone(3))
            wait_for_names(tmp_path, "hall", "Bertram", "Carl")
            new = {m.topic for m in home.drain() if not m.is_retained}
    assert _TOPICS.sealed(anna.id) not in new
    assert len(kept(broker)[_TOPICS.sealed(anna.id)]) < 500


def test_a_node_with_another_key_says_so_and_learns_nobody(
    broker: Mosquitto, tmp_path: Path, key: str
) -> None:
    """In Home Assistant, without a name; the other one goes on as before."""
    with node(tmp_path, broker, "hall", key):
        enrol(tmp_path, "hall", "Anna", someone(1))
        with node(tmp_path, broker, "door", new_share_key()) as stranger:
            stranger.wait_until(
                lambda: (
                    "the same people.share_key"
                    in str(stranger.sink.newest("diagnostics").get("node_fault"))
                ),
                PATIENCE,
            )
            assert "Anna" not in str(stranger.sink.newest("diagnostics"))
            wait_for_names(tmp_path, "door")
        wait_for_names(tmp_path, "hall", "Anna")


def test_a_node_that_recognises_nobody_shares_nobody(
    broker: Mosquitto, tmp_path: Path, key: str
) -> None:
    """It does not even ask the broker, and keeps no gallery; what others share stays as it is."""
    with node(tmp_path, broker, "hall", key):
        anna = enrol(tmp_path, "hall", "Anna", someone(1))
        wait_for(lambda: _TOPICS.sealed(anna.id) in kept(broker), "Anna is shared")
    before, since = kept(broker), len(broker.log)
    with node(tmp_path, broker, "door", key, is_enabled=False) as quiet:
        quiet.press()
        quiet.wait_until(lambda: quiet.is_answered(1))
        wait_for(lambda: "facet/door/status" in kept(broker), "the node is online")
    assert "from facet-door" in broker.log[since:]
    assert "/sealed" not in broker.log[since:].replace(_TOPICS.sealed(anna.id), "")
    assert kept(broker)[_TOPICS.sealed(anna.id)] == before[_TOPICS.sealed(anna.id)]
    assert not (tmp_path / "door" / "state" / PEOPLE).exists()
