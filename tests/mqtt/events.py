"""Events of six o'clock and a sender at seven, for the tests of the outbox and of its sender."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from device.mqtt.outbox import Outbox
from device.mqtt.sender import OutboxSender
from device.mqtt.waiting_event import Event
from device.system.clock import Reading
from tests.transport import RecordingTransport

TOPIC = "facet/hall/event"
THEN = datetime(2026, 11, 24, 18, 2, 11, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 19, tzinfo=UTC)


def event(event_id: str, payload: str | None = None, occurred_at: datetime = THEN) -> Event:
    """An event of six o'clock, which holds no more than its id."""
    return Event(event_id, occurred_at, payload or json.dumps({"event_id": event_id}))


def ids(outbox: Outbox) -> list[str]:
    """The ids of what is pending."""
    return outbox.pending_ids()


def sender_of(link: RecordingTransport, outbox: Outbox) -> OutboxSender:
    """A sender at seven o'clock."""
    return OutboxSender(link, TOPIC, outbox, lambda: Reading(NOW, "this boot", 5000.0))


@contextmanager
def connected(folder: Path) -> Iterator[tuple[RecordingTransport, OutboxSender, Outbox]]:
    """A sender over a link that is connected, with its outbox in a folder."""
    link = RecordingTransport()
    with Outbox.open(folder / "outbox") as outbox:
        sender = sender_of(link, outbox)
        sender.resume()
        yield link, sender, outbox


def send(sender: OutboxSender, event: Event) -> bool:
    """Put an event on disk, and on its way; return whether it was sent."""
    sender.keep(event)
    return sender.publish(event)


def sent(link: RecordingTransport) -> list[str]:
    """The ids of the events that were published."""
    return [json.loads(payload)["event_id"] for _, payload, _ in link.messages]
