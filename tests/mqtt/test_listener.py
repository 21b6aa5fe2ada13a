"""A second client receives, waits, and publishes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from device.errors import LinkError
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from tests.mqtt.fake_broker import FakeBroker


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """A broker that does all it should, until a test changes that."""
    with FakeBroker() as running:
        yield running


def test_messages_come_in_their_order(broker: FakeBroker) -> None:
    """With the time of their arrival; none is none."""
    with Listener(broker.settings, "facet/#") as listener:
        broker.send("facet/a", b"1")
        broker.send("facet/b", b"2")
        first, second = listener.get(timeout=30), listener.get(timeout=30)
        assert first == ReceivedMessage("facet/a", b"1")
        assert second == ReceivedMessage("facet/b", b"2")
        assert first is not None
        assert second is not None
        assert first.arrived <= second.arrived
        assert listener.get() is None


def test_a_wanted_message_is_waited_for(broker: FakeBroker) -> None:
    """Those before it are passed over; what does not come is None when the time is over."""
    with Listener(broker.settings, "facet/#") as listener:
        for payload in (b"offline", b"online", b"after"):
            broker.send("facet/status", payload)
        found = listener.wait_for(lambda message: message.payload == b"online", timeout=30)
        assert found == ReceivedMessage("facet/status", b"online")
        assert listener.wait_for(lambda message: message.payload == b"never", timeout=0.1) is None


def test_what_is_not_taken_is_bounded(broker: FakeBroker) -> None:
    """In bytes: of ten long messages the newest stay."""
    with Listener(broker.settings, "facet/#") as listener:
        for number in range(10):
            broker.send(f"facet/{number}", bytes(4_000_000))
        # All that the broker has sent before its confirmation has come.
        listener.publish("facet/x", "")
        assert listener.dropped == 6
        kept = [listener.get() for _ in range(4)]
        assert [message and message.topic for message in kept] == [
            f"facet/{n}" for n in range(6, 10)
        ]
        assert listener.get() is None


def test_a_message_that_is_published_is_confirmed(broker: FakeBroker) -> None:
    """It has left when publish() returns."""
    with Listener(broker.settings, "facet/#") as listener:
        listener.publish("facet/hall/set/privacy", "ON")
        assert broker.published == [("facet/hall/set/privacy", b"ON")]


def test_a_message_that_is_not_confirmed_is_an_error(broker: FakeBroker) -> None:
    """It names the broker and the topic."""
    broker.confirms = False
    with (
        Listener(broker.settings, "facet/#") as listener,
        pytest.raises(LinkError, match=r"127\.0\.0\.1:.* facet/hall/x \(no confirmation"),
    ):
        listener.publish("facet/hall/x", "ON", timeout=0.1)


def test_more_messages_than_may_wait_are_sent_one_after_the_other(broker: FakeBroker) -> None:
    """send() does not give a slow broker up, and does not wait for each answer either."""
    with Listener(broker.settings, "facet/#") as listener:
        for number in range(2000):
            listener.send("facet/hall/x", str(number))
        listener.publish("facet/hall/x", "last")
    assert len(broker.published) == 2001


def test_a_subscription_without_an_answer_is_an_error_and_leaves_no_connection(
    broker: FakeBroker,
) -> None:
    """As for the node."""
    broker.hangs_up_on_subscribe = True
    with pytest.raises(LinkError, match="ended"):
        Listener(broker.settings, "facet/#").__enter__()
    broker.wait_for_ends(1)


def test_a_listener_with_a_session_connects_again(broker: FakeBroker) -> None:
    """And what is published meanwhile waits for that."""
    with Listener(broker.settings, "facet/#", session="listener") as listener:
        broker.cut()
        broker.wait_for_ends(1)
        listener.publish("facet/hall/x", "again")
        broker.send("facet/hall/y", b"heard")
        assert listener.get(timeout=30) == ReceivedMessage("facet/hall/y", b"heard")
    assert broker.connections == 2


def test_a_handler_takes_the_place_of_the_queue(broker: FakeBroker) -> None:
    """For a test that counts everything."""
    seen: list[ReceivedMessage] = []
    with Listener(broker.settings, "facet/#", on_message=seen.append) as listener:
        broker.send("facet/a", b"1")
        listener.publish("facet/b", "")
        assert listener.get() is None
    assert seen == [ReceivedMessage("facet/a", b"1")]
