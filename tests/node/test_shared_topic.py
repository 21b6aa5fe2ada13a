"""People are published one after the other, each in the connection for which that is right."""

from __future__ import annotations

import pytest

from device.mqtt.events import Connected, Delivered, Disconnected, PersonSealed, Refused
from device.mqtt.topics import Topics
from device.node.shared_topic import PersonToShare, SharedTopic
from tests.transport import RecordingTransport

TOPICS = Topics("facet", "hall")
ANNA, BERT = "a" * 12, "b" * 12


class Heard:
    """What of the sharing a topic calls."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.connection = 0

    def connected(self) -> None:
        """Take note."""
        self.calls.append("connected")

    def disconnected(self) -> int:
        """Count the next connection."""
        self.connection += 1
        return self.connection

    def receive(self, person: str, payload: bytes) -> None:
        """Take note."""
        self.calls.append((person, payload))


@pytest.fixture
def transport() -> RecordingTransport:
    """A broker that takes everything."""
    return RecordingTransport()


@pytest.fixture
def topic(transport: RecordingTransport) -> SharedTopic:
    """A topic with a connection."""
    made = SharedTopic(transport, TOPICS, Heard())
    made.handle(Connected())
    return made


def test_the_next_person_waits_until_the_broker_has_answered(
    topic: SharedTopic, transport: RecordingTransport
) -> None:
    """Of a person who waits only the newest is published; a refusal is an answer too."""
    for person, payload in ((ANNA, b"1"), (BERT, b"2"), (BERT, b"3"), (ANNA, b"4")):
        topic.share(PersonToShare(person, payload, 0))
    assert transport.messages == [(TOPICS.sealed(ANNA), b"1", True)]
    topic.handle(Delivered(99))
    assert len(transport.messages) == 1
    topic.handle(Refused(1, "not authorised"))
    topic.handle(Delivered(2))
    topic.handle(Delivered(3))
    assert [payload for _topic, payload, _retain in transport.messages] == [b"1", b"3", b"4"]


def test_what_belongs_to_a_connection_that_is_over_is_not_published(
    topic: SharedTopic, transport: RecordingTransport
) -> None:
    """By then the broker may keep something newer."""
    topic.share(PersonToShare(ANNA, b"1", 0))
    topic.share(PersonToShare(BERT, b"2", 0))
    topic.handle(Disconnected("gone"))
    topic.handle(Connected())
    topic.share(PersonToShare(BERT, b"3", 0))
    assert len(transport.messages) == 1
    topic.share(PersonToShare(BERT, b"4", 1))
    assert transport.messages[-1] == (TOPICS.sealed(BERT), b"4", True)


def test_a_node_that_shares_nobody_hands_nothing_on(transport: RecordingTransport) -> None:
    """The same events come on every node."""
    topic = SharedTopic(transport, TOPICS, None)
    for event in (Connected(), PersonSealed(ANNA, b"x"), Delivered(1), Disconnected("gone")):
        topic.handle(event)
    assert not transport.messages


def test_what_comes_is_handed_on(transport: RecordingTransport) -> None:
    """Also what the node has published itself."""
    heard = Heard()
    topic = SharedTopic(transport, TOPICS, heard)
    topic.handle(PersonSealed(ANNA, b"x"))
    topic.handle(Connected())
    assert heard.calls == [(ANNA, b"x"), "connected"]
