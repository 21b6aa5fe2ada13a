"""One connection, with a broker that does not do what a broker should."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF
from queue import SimpleQueue

import pytest
from paho.mqtt.client import Client

from device.errors import LinkError
from device.mqtt.connection import (
    MOST_UNCONFIRMED,
    MOST_UNCONFIRMED_BYTES,
    Connection,
    Handlers,
)
from device.mqtt.message import ReceivedMessage, RetainedMessage
from device.mqtt.session import Session
from device.mqtt.waits import USUAL
from tests.mqtt.fake_broker import FakeBroker


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """A broker that does all it should, until a test changes that."""
    with FakeBroker() as running:
        yield running


@contextmanager
def connected(
    broker: FakeBroker,
    answers: SimpleQueue[int] | None = None,
    confirmation: float = USUAL.confirmation,
) -> Iterator[Connection]:
    """An open connection; the numbers of what the broker confirms go into answers."""
    queue = answers or SimpleQueue()
    handlers = Handlers(answer=lambda number, _refusal: queue.put(number))
    session = Session(client_id="hall")
    connection = Connection(broker.settings, session, "3.1.1", handlers, confirmation=confirmation)
    connection.open()
    yield connection
    connection.close(timeout=0.5)


def test_nothing_is_opened_before_open_is_called(broker: FakeBroker) -> None:
    """A constructor only assigns."""
    connection = Connection(broker.settings, Session(client_id="hall"), "3.1.1", Handlers())
    assert broker.connections == 0
    connection.open()
    assert broker.connections == 1
    connection.close()


def test_a_subscription_that_is_not_answered_is_an_error(broker: FakeBroker) -> None:
    """It names SUBSCRIBE, the topic and the broker; without commands a node is not connected."""
    broker.answers_subscribe = False
    with (
        connected(broker) as connection,
        pytest.raises(LinkError, match=r"127\.0\.0\.1:.* SUBSCRIBE \(facet/hall/set/\+\)"),
    ):
        connection.subscribe("facet/hall/set/+", patience=0.1)


def test_a_connection_that_ends_during_subscribe_is_an_error(broker: FakeBroker) -> None:
    """At once, not after the patience."""
    broker.hangs_up_on_subscribe = True
    with (
        connected(broker) as connection,
        pytest.raises(LinkError, match="ended"),
    ):
        connection.subscribe("facet/hall/set/+", patience=60)


def test_a_subscription_that_is_answered_names_what_was_refused(broker: FakeBroker) -> None:
    """Nothing, by a broker that lets everybody read."""
    with connected(broker) as connection:
        assert connection.subscribe("a", "b/#") == []


def test_a_topic_that_is_not_text_is_dropped_and_the_next_message_arrives(
    broker: FakeBroker,
) -> None:
    """Not every broker enforces UTF-8; what it lets pass must not end paho's thread, and with it the process."""
    received: SimpleQueue[ReceivedMessage] = SimpleQueue()
    handlers = Handlers(message=received.put)
    connection = Connection(broker.settings, Session(client_id="hall"), "3.1.1", handlers)
    connection.open()
    broker.send(b"facet/hall/set/\xff", b"ON")
    broker.send("facet/hall/set/privacy", b"ON")
    assert received.get(timeout=30).topic == "facet/hall/set/privacy"
    assert received.empty()
    connection.close()


def test_a_broker_that_confirms_nothing_is_given_up(broker: FakeBroker) -> None:
    """What waits for it stays bounded, and the error states how much that was."""
    broker.confirms = False
    with connected(broker) as connection:
        numbers = [connection.publish("a", "x", retain=False) for _ in range(MOST_UNCONFIRMED)]
        assert None not in numbers
        assert connection.publish("a", "x", retain=False) is None
        error = connection.wait_until_ended()
        assert f"has left {MOST_UNCONFIRMED} messages (0.0 MB) without confirmation" in str(error)
        assert connection.publish("a", "x", retain=False) is None


def test_a_broker_that_confirms_nothing_is_given_up_by_bytes_too(broker: FakeBroker) -> None:
    """A few pictures are as much as many states."""
    broker.confirms = False
    picture = bytes(MOST_UNCONFIRMED_BYTES // 4)
    with connected(broker) as connection:
        taken = 0
        while connection.publish("a", picture, retain=False) is not None:
            taken += 1
        assert taken == 3
        assert "has left 3 messages (3.1 MB)" in str(connection.wait_until_ended())


def test_a_confirmed_message_makes_room_for_the_next(broker: FakeBroker) -> None:
    """Three times as many as may be unconfirmed, and the connection lives."""
    answers: SimpleQueue[int] = SimpleQueue()
    with connected(broker, answers) as connection:
        for _ in range(3 * MOST_UNCONFIRMED):
            number = connection.publish("a", "x", retain=False)
            assert number is not None
            assert answers.get(timeout=30) == number
        assert not connection.has_ended


def test_a_last_message_that_is_confirmed_goes_before_an_orderly_end(broker: FakeBroker) -> None:
    """After DISCONNECT the broker does not publish the will."""
    with connected(broker) as connection:
        connection.close(RetainedMessage("status", "offline"))
    broker.wait_for_ends(1)
    assert broker.published == [("status", b"offline")]
    assert broker.disconnects == 1


def test_a_last_message_that_is_not_confirmed_is_left_to_the_will(broker: FakeBroker) -> None:
    """It may never have left: behind hundreds of others it waits in paho's queue."""
    broker.confirms = False
    with connected(broker) as connection:
        for _ in range(MOST_UNCONFIRMED):
            connection.publish("a", "x", retain=False)
        connection.close(RetainedMessage("status", "offline"), timeout=0.2)
        assert connection.has_ended
    broker.wait_for_ends(1)
    assert broker.disconnects == 0


def test_a_broker_that_is_given_up_publishes_the_will(broker: FakeBroker) -> None:
    """Until the node is back, it must not be shown as online."""
    broker.confirms = False
    with connected(broker) as connection:
        while connection.publish("a", "x", retain=False) is not None:
            pass
        connection.wait_until_ended()
    broker.wait_for_ends(1)
    assert broker.disconnects == 0


def test_a_broker_that_confirms_nothing_for_too_long_is_given_up(broker: FakeBroker) -> None:
    """One message is enough, and the will tells that the node is away."""
    broker.confirms = False
    with connected(broker, confirmation=0.1) as connection:
        assert connection.publish("a", "x", retain=False) is not None
        error = connection.wait_until_ended()
        assert "has not confirmed a message within 0.1 s, and 1 wait for that" in str(error)
        assert connection.publish("a", "x", retain=False) is None
    broker.wait_for_ends(1)
    assert broker.disconnects == 0


def test_a_broker_that_is_slow_is_left_alone(broker: FakeBroker) -> None:
    """Each confirmation comes within its time, all of them together take longer."""
    broker.pause = 0.25
    answers: SimpleQueue[int] = SimpleQueue()
    with connected(broker, answers, confirmation=4.0) as connection:
        numbers = [connection.publish("a", "x", retain=False) for _ in range(20)]
        rounds = 0

        def cut_at_the_end() -> None:
            nonlocal rounds
            rounds += 1
            if answers.qsize() == len(numbers):
                broker.cut()

        error = connection.wait_until_ended(cut_at_the_end)
        assert "confirmed" not in str(error)
        assert [answers.get_nowait() for _ in numbers] == numbers
        assert rounds >= 2


def test_what_is_for_those_present_is_neither_stored_nor_confirmed(broker: FakeBroker) -> None:
    """Nothing of it is left when it is sent: neither an answer, nor room that it takes."""
    answers: SimpleQueue[int] = SimpleQueue()
    picture = bytes(MOST_UNCONFIRMED_BYTES // 4)
    with connected(broker, answers) as connection:
        for _ in range(10):
            connection.publish_to_present("picture", picture)
            number = connection.publish("status", "online", retain=True)
            assert answers.get(timeout=30) == number
        assert not connection.has_ended
        assert answers.empty()
    broker.wait_for_ends(1)
    assert [topic for topic, _ in broker.published] == ["picture", "status"] * 10
    assert broker.unconfirmable == 10


def test_what_is_for_those_present_stays_bounded(broker: FakeBroker) -> None:
    """A broker that reads nothing is given up before pictures fill the memory."""
    broker.reads = False
    picture = bytes(MOST_UNCONFIRMED_BYTES // 4)
    with connected(broker) as connection:
        for _ in range(50):
            connection.publish_to_present("picture", picture)
        assert "without confirmation" in str(connection.wait_until_ended())


def test_what_comes_after_a_picture_never_overtakes_it(broker: FakeBroker) -> None:
    """Also while more messages wait for a confirmation than may be in flight."""
    broker.confirms = False
    with connected(broker) as connection:
        for _ in range(30):
            connection.publish("state", "x", retain=False)
        connection.publish_to_present("picture", b"jpeg")
        connection.publish("status", "online", retain=True)
        broker.wait_for_messages(21)
    broker.wait_for_ends(1)
    assert [topic for topic, _ in broker.published] == ["state"] * 20 + ["picture"]


def test_what_is_published_together_leaves_together_and_in_order(broker: FakeBroker) -> None:
    """Nothing before the end, and then all of it, without waiting for the next round of paho's thread."""
    with connected(broker) as connection:
        # A thread that nobody wakes looks once a second, and that may be in between: so it is tried again.
        attempts = 1
        while not _leave_together(broker, connection):
            attempts += 1
            assert attempts <= 20
        assert broker.published == [("a", b"1"), ("b", b"2")] * attempts


def _leave_together(broker: FakeBroker, connection: Connection) -> bool:
    """Publish two messages; return whether none of them left before the end, and both of them soon after it."""
    time.sleep(0.1)
    before = len(broker.published)
    with connection.together():
        connection.publish("a", "1", retain=True)
        connection.publish("b", "2", retain=False)
        time.sleep(0.05)
        is_none_gone = len(broker.published) == before
    start = time.monotonic()
    broker.wait_for_messages(before + 2)
    return is_none_gone and time.monotonic() - start < 0.5


def test_a_connection_that_ends_meanwhile_leaves_no_socket_behind(broker: FakeBroker) -> None:
    """The messages are gone with it, as others are; a socket that stays open is a warning, and so an error."""
    with connected(broker) as connection, connection.together():
        connection.publish("a", "1", retain=True)
        broker.cut()
        connection.wait_until_ended()


@pytest.mark.parametrize(
    "error", [OSError(EBADF, "Bad file descriptor"), AttributeError("'NoneType' has no 'send'")]
)
def test_a_message_that_meets_the_end_of_its_connection_ends_nothing_else(
    broker: FakeBroker, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What wakes paho's thread is gone between paho's look at it and its use of it; the message is gone with it."""

    def queue(*_packet: object) -> None:
        raise error

    with connected(broker) as connection:
        monkeypatch.setattr(Client, "_packet_queue", queue)
        assert connection.publish("a", "1", retain=True) is not None
        connection.publish_to_present("a", b"1")
        monkeypatch.undo()
