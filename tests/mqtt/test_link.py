"""The link with brokers that do not do what they should; tests/broker has those that do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from random import Random

import pytest

from device.errors import AbsentError, LinkError, RefusedError
from device.mqtt.connection import MOST_UNCONFIRMED
from device.mqtt.events import Command, Connected, Delivered, Disconnected, LinkEvent
from device.mqtt.link import Link
from device.mqtt.outbox import Event, Outbox
from device.mqtt.retry import delay_after
from device.mqtt.sender import OutboxSender
from device.mqtt.waits import USUAL, Waits
from device.observation import utc_now
from device.supervision.heartbeat import Heartbeat
from device.system.clock import SystemClock
from tests.broker.mosquitto import wait_for
from tests.mqtt.fake_broker import FakeBroker

Inbox = SimpleQueue[LinkEvent]
# MQTT 3.1.1, section 3.9.3.
_REFUSED = 0x80


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """A broker that does all it should, until a test changes that."""
    with FakeBroker() as running:
        yield running


@contextmanager
def started(broker: FakeBroker, inbox: Inbox, waits: Waits = USUAL) -> Iterator[Link]:
    """A link with the broker."""
    link = Link(
        broker.settings,
        "hall",
        inbox.put,
        Heartbeat("link"),
        waits=waits,
    )
    link.start()
    yield link
    link.stop(timeout=0.2)


def next_of(inbox: Inbox, kind: type[LinkEvent], patience: float = 30.0) -> LinkEvent:
    """The next event of a kind; those before it are passed over."""
    while not isinstance(event := inbox.get(timeout=patience), kind):
        pass
    return event


class NoJitter(Random):
    """Every delay is the longest that it may be."""

    def random(self) -> float:
        """Return nothing to take away."""
        return 0.0


@pytest.mark.parametrize(
    ("error", "delays"),
    [
        (AbsentError("nothing listens"), [2, 4, 8, 10, 10, 10]),
        (LinkError("no answer"), [2, 4, 8, 16, 32, 60]),
        (RefusedError("wrong password"), [20, 40, 80, 160, 320, 600]),
    ],
)
def test_a_broker_that_is_not_there_is_tried_every_ten_seconds(
    error: LinkError, delays: list[float]
) -> None:
    """In an instant it can be back; what answers is tried less and less often. Jitter takes up to half of it away."""
    assert [delay_after(error, failures, 0.0) for failures in range(1, 7)] == delays
    assert delay_after(error, 6, 1.0) == delays[-1] / 2


def test_somebody_who_waits_ends_the_wait_for_the_next_attempt(broker: FakeBroker) -> None:
    """The fifth attempt comes at once instead of 16 seconds after the fourth; and presses cause no flood of them."""
    broker.hangs_up_on_connect = True
    inbox = Inbox()
    link = Link(broker.settings, "hall", inbox.put, Heartbeat("link"), NoJitter())
    link.start()
    for _ in range(3):
        broker.wait_for_ends(1)
        link.try_now()
    broker.wait_for_ends(1)
    broker.hangs_up_on_connect = False
    before = broker.connections
    for _ in range(1000):
        link.try_now()
    next_of(inbox, Connected, patience=10.0)
    link.stop(timeout=0.2)
    assert broker.connections <= before + 1


def test_a_link_does_nothing_before_it_is_started(broker: FakeBroker) -> None:
    """A constructor only assigns."""
    link = Link(broker.settings, "hall", Inbox().put, Heartbeat("link"))
    assert broker.connections == 0
    assert not link.is_connected


def test_a_subscription_that_is_never_answered_is_tried_again(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """The node is not connected while no command can reach it; the log says why."""
    broker.answers_subscribe = False
    inbox = Inbox()
    with started(broker, inbox, Waits(subscribing=2.0)) as link:
        broker.wait_for_ends(1)
        assert inbox.empty()
        assert not link.is_connected
        broker.answers_subscribe = True
        assert inbox.get(timeout=30) == Connected()
        broker.send("facet/hall/set/privacy", b"ON")
        assert inbox.get(timeout=30) == Command("privacy", b"ON")
    assert broker.connections == 2
    assert "gave no answer to SUBSCRIBE (facet/hall/set/+, homeassistant/status" in caplog.text


def test_what_the_broker_refuses_is_asked_for_again_over_the_same_connection(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """An owner who has mended the ACL need not restart the node; the log says both, and each of them once."""
    caplog.set_level("INFO", "device.mqtt")
    broker.grants = _REFUSED
    inbox = Inbox()
    with started(broker, inbox, Waits(asking_again=0.2)):
        assert inbox.get(timeout=10) == Connected()
        wait_for(lambda: broker.subscriptions >= 3, "it has asked three times")
        broker.grants = 1
        wait_for(lambda: "now lets" in caplog.text, "the broker has granted it")
        broker.send("facet/hall/set/privacy", b"ON")
        assert inbox.get(timeout=10) == Command("privacy", b"ON")
    assert broker.connections == 1
    said = [r.getMessage() for r in caplog.records if r.name == "device.mqtt.subscriber"]
    topics = "facet/hall/set/+, homeassistant/status, facet/newest_version"
    refused, granted = said
    assert refused == (
        f"The broker does not let mqtt.username read {topics}, so that no command of Home Assistant arrives; "
        "allow it in its ACL"
    )
    assert granted == f"The broker now lets mqtt.username read {topics}"


def test_a_broker_that_hangs_up_again_and_again_may_have_another_client_of_this_id(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """As a broker does with two clients of one id: the log names that as well, but not after the first time."""
    broker.hangs_up_on_subscribe = True
    inbox = Inbox()
    with started(broker, inbox):
        broker.wait_for_ends(1)
        broker.wait_for_ends(1)
        assert inbox.empty()
        broker.hangs_up_on_subscribe = False
        assert inbox.get(timeout=30) == Connected()
    first, second = (r.getMessage() for r in caplog.records if "without a word" in r.getMessage())
    assert "node.id" not in first
    assert "2 times in a row" in second
    assert "give each node a different node.id" in second


def test_a_broker_that_is_stopped_once_and_comes_back_is_not_suspected(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """An orderly stop ends the connection without a reason too."""
    inbox = Inbox()
    with started(broker, inbox):
        next_of(inbox, Connected)
        broker.cut()
        next_of(inbox, Disconnected)
        next_of(inbox, Connected)
    assert "ended the connection" in caplog.text
    assert "node.id" not in caplog.text


def test_a_broker_that_never_confirms_does_not_fill_the_memory(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten thousand states: some hundreds wait, then that connection ends, and the next one is made."""
    broker.confirms = False
    inbox = Inbox()
    with started(broker, inbox) as link:
        next_of(inbox, Connected)
        taken = [link.publish("facet/hall/state", "{}" * 100) for _ in range(10_000)]
        assert sum(number is not None for number in taken) == MOST_UNCONFIRMED
        ended = next_of(inbox, Disconnected)
        assert isinstance(ended, Disconnected)
        assert f"has left {MOST_UNCONFIRMED} messages (0.1 MB) without confirmation" in ended.reason
        broker.confirms = True
        next_of(inbox, Connected)
        number = link.publish("facet/hall/state", "{}")
        assert next_of(inbox, Delivered) == Delivered(number or 0)
    assert "without confirmation" in caplog.text


def test_confirmations_that_are_lost_do_not_end_delivery(
    broker: FakeBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Twenty are as many as may be in flight. The next connection gets what the outbox keeps."""
    broker.confirms = False
    inbox = Inbox()
    with (
        closing(Outbox.open(tmp_path / "outbox.db")) as outbox,
        started(broker, inbox, Waits(confirmation=3.0)) as link,
    ):
        sender = OutboxSender(link, "facet/hall/event", outbox, SystemClock())
        next_of(inbox, Connected)
        sender.resume()
        for number in range(20):
            send(sender, f"event {number}")
        ended = next_of(inbox, Disconnected)
        sender.pause()
        assert isinstance(ended, Disconnected)
        assert "has not confirmed a message within 3 s, and 20 wait for that" in ended.reason
        broker.confirms = True
        next_of(inbox, Connected)
        sender.resume()
        while sender.waiting:
            delivered = next_of(inbox, Delivered)
            assert isinstance(delivered, Delivered)
            sender.delivered(delivered.number)
    sent = [
        json.loads(payload)["event_id"]
        for topic, payload in broker.published
        if topic == "facet/hall/event"
    ]
    events = [f"event {number}" for number in range(20)]
    assert sent == events * 2
    assert "sent again over the next" in caplog.text


def send(sender: OutboxSender, event_id: str) -> None:
    """Keep an event, and send it."""
    event = Event(event_id, utc_now(), json.dumps({"event_id": event_id}))
    sender.keep(event)
    sender.publish(event)
