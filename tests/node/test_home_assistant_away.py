"""Events wait for a Home Assistant that is away, and reach it when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.mqtt.events import Birth, LastWill
from tests.node.wired_sink import WAIT, Wired


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    """A node that has just connected."""
    wired = Wired(tmp_path)
    with closing(wired.outbox):
        wired.connect()
        yield wired


def test_an_event_waits_while_home_assistant_is_stopped(wired: Wired) -> None:
    """The broker would confirm it, and nobody would receive it. It follows the announcement, in its turn."""
    wired.sink.handle(LastWill())
    events = [wired.observe(), wired.observe()]
    assert "facet/hall/event" not in wired.transport.topics
    assert wired.published("facet/hall/state")[-1]["last_result"] == "privacy"
    assert wired.outbox.pending_ids() == events
    wired.sink.handle(Birth())
    wired.sink.tick()
    assert "facet/hall/event" not in wired.transport.topics
    wired.clock.seconds += 3
    wired.sink.tick()
    assert [event["event_id"] for event in wired.published("facet/hall/event")] == events


def test_an_event_that_nobody_received_is_sent_again_when_home_assistant_is_back(
    wired: Wired,
) -> None:
    """Home Assistant disconnects before its last will reaches the node."""
    wired.reconnect(is_heard=True)
    event = wired.observe()
    wired.answer("facet/hall/event", is_heard=False)
    wired.sink.handle(LastWill())
    wired.sender.flush()
    assert wired.outbox.pending_ids() == [event]
    wired.sink.handle(Birth())
    wired.transport.messages.clear()
    wired.clock.seconds += 3
    wired.sink.tick()
    assert [sent["event_id"] for sent in wired.published("facet/hall/event")] == [event]


def test_after_a_restart_of_the_broker_events_wait_for_home_assistant_for_a_while(
    wired: Wired,
) -> None:
    """And then no longer: it may be gone for good."""
    wired.reconnect(is_heard=True)
    wired.reconnect(is_heard=False)
    event = wired.observe()
    wired.clock.seconds += WAIT - 1
    wired.sink.tick()
    assert "facet/hall/event" not in wired.transport.topics
    wired.clock.seconds += 1
    wired.sink.tick()
    assert [sent["event_id"] for sent in wired.published("facet/hall/event")] == [event]


def test_a_broker_without_home_assistant_is_not_held_up(wired: Wired) -> None:
    """Nobody has ever subscribed to discovery, and somebody else reads the events."""
    wired.reconnect(is_heard=False)
    wired.observe()
    assert wired.transport.topics[-1] == "facet/hall/event"
