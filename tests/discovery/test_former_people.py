"""People under another base topic or discovery prefix than before: nothing of them stays where they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device.people.person import Tombstone
from tests.discovery.test_people_devices import (
    ANNA,
    ANNAS_DEVICE,
    ANNAS_STATE,
    ANNAS_TOMBSTONE,
    BERT,
    LATER,
    Node,
)

NEW: dict[str, Any] = {"base_topic": "home", "discovery_prefix": "ha"}
ANNAS_SEALED = f"{ANNAS_STATE}/sealed"


@pytest.fixture(autouse=True)
def before(tmp_path: Path) -> Node:
    """The node as it was: it has announced Anna under the topics of before, and shares her."""
    node = Node(tmp_path, is_shared=True)
    node.devices.known([ANNA], [])
    node.connect()
    return node


def test_whoever_was_announced_under_other_topics_leaves_them(tmp_path: Path) -> None:
    """Once, and after they are announced anew."""
    node = Node(tmp_path, **NEW)
    node.devices.known([ANNA], [])
    messages = node.connect()
    assert [topic for topic, _ in messages] == [
        f"ha/device/facet_person/{ANNA.id}/config",
        ANNAS_DEVICE,
        ANNAS_DEVICE,
        ANNAS_STATE,
        ANNAS_SEALED,
    ]
    assert set(messages[1][1]["components"]["here"]) == {"platform"}
    assert [payload for _, payload in messages[2:]] == ["", "", ""]
    assert not dict(node.connect()).keys() & {ANNAS_DEVICE, ANNAS_STATE, ANNAS_SEALED}


def test_a_topic_that_is_still_used_is_not_cleared(tmp_path: Path) -> None:
    """With another base topic the device is announced where it was, and with another prefix the state is."""
    node = Node(tmp_path, base_topic="home")
    node.devices.known([ANNA], [])
    messages = dict(node.connect())
    assert messages[ANNAS_DEVICE] != ""
    assert messages[ANNAS_STATE] == ""
    again = Node(tmp_path, base_topic="home", discovery_prefix="ha")
    again.devices.known([ANNA], [])
    assert [topic for topic, _ in again.connect()[1:]] == [ANNAS_DEVICE, ANNAS_DEVICE]


def test_what_this_node_never_sealed_is_not_cleared(tmp_path: Path) -> None:
    """It belongs to nodes that share people."""
    plain = Node(tmp_path, "door")
    plain.devices.known([ANNA], [])
    plain.connect()
    node = Node(tmp_path, "door", is_shared=True, **NEW)
    node.devices.known([ANNA], [])
    messages = dict(node.connect())
    assert messages[ANNAS_STATE] == ""
    assert ANNAS_SEALED not in messages


def test_whoever_is_forgotten_before_the_topics_change_is_cleared_there_too(tmp_path: Path) -> None:
    """The node was off, or the broker away."""
    node = Node(tmp_path, **NEW)
    node.devices.known([BERT], [Tombstone(ANNA.id, LATER)])
    messages = dict(node.connect())
    assert messages[ANNAS_DEVICE] == messages[ANNAS_STATE] == messages[ANNAS_SEALED] == ""


def test_a_tombstone_is_published_under_a_new_base_topic_too(before: Node, tmp_path: Path) -> None:
    """Else another node that moves there would bring them back."""
    gone = Tombstone(ANNA.id, LATER)
    before.devices.known([], [gone])
    assert ANNAS_TOMBSTONE in dict(before.confirm())
    node = Node(tmp_path, **NEW)
    node.devices.known([], [gone])
    assert dict(node.connect())[f"home/people/{ANNA.id}/forgotten"] == LATER.isoformat()


def test_former_topics_are_cleared_until_the_broker_confirms_it(tmp_path: Path) -> None:
    """With the next connection, also after another start."""
    node = Node(tmp_path, **NEW)
    node.devices.known([ANNA], [])
    _connect_unconfirmed(node)
    again = Node(tmp_path, **NEW)
    again.devices.known([ANNA], [])
    assert dict(again.connect())[ANNAS_STATE] == ""


def test_a_broker_that_never_confirms_it_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One that ends the connection because of it would be lost for ever; the log does not name anybody."""
    node = Node(tmp_path, **NEW)
    node.devices.known([ANNA], [])
    for _ in range(3):
        assert ANNAS_STATE in _connect_unconfirmed(node)
    assert ANNAS_STATE not in _connect_unconfirmed(node)
    assert "does not let mqtt.username clear" in caplog.text
    assert ANNA.name not in caplog.text


def test_topics_that_are_used_again_are_not_cleared(tmp_path: Path) -> None:
    """The owner has changed the setting back before the broker could be reached."""
    away = Node(tmp_path, **NEW)
    away.devices.known([ANNA], [])
    _connect_unconfirmed(away)
    node = Node(tmp_path)
    node.devices.known([ANNA], [])
    messages = dict(node.connect())
    assert ANNAS_STATE not in messages
    assert messages[ANNAS_DEVICE] != ""


def test_a_file_of_an_older_release_is_of_the_topics_of_now(tmp_path: Path) -> None:
    """It does not say of which it is."""
    (tmp_path / "hall.json").write_text(
        json.dumps({"announced": [ANNA.id, BERT.id], "told": [], "left": {}})
    )
    node = Node(tmp_path, **NEW)
    node.devices.known([ANNA], [])
    messages = dict(node.connect())
    assert messages[f"home/people/{BERT.id}"] == ""
    assert ANNAS_STATE not in messages


def test_what_is_no_topic_in_the_file_is_not_published(tmp_path: Path) -> None:
    """A wildcard would end the connection."""
    place = {"base_topic": "#", "discovery_prefix": "ha", "is_shared": False}
    former = [place | {"person": ANNA.id, "tries": 0}, {**NEW, "person": "+"}, 7]
    (tmp_path / "hall.json").write_text(
        json.dumps({"announced": [ANNA.id], "as": place, "former": former})
    )
    node = Node(tmp_path)
    node.devices.known([ANNA], [])
    assert [topic for topic, _ in node.connect()] == [ANNAS_DEVICE]


def _connect_unconfirmed(node: Node) -> list[str]:
    """Connect to a broker that confirms nothing, and return the topics."""
    node.devices.connected()
    node.clock.seconds += 2.0
    node.devices.tick()
    topics = node.transport.topics
    node.transport.messages.clear()
    return topics
