"""Carries events from the outbox to the broker, in order, until it has confirmed them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime

from device.errors import OutboxError
from device.mqtt.outbox import Event, Outbox
from device.mqtt.transport import Transport
from device.system.compact_json import compact

_LOG = logging.getLogger(__name__)

_SPARE_ROOM = 100
"""Events that are kept in memory while the disk takes none; about a megabyte."""


class OutboxSender:
    """Between the outbox and the link. One thread uses it.

    A confirmation that is lost with the connection means that an event is sent twice; its event_id
    tells. What the disk refuses waits in memory, and is lost only with the process.

    Args:
        transport: the link.
        topic: of the events.
        outbox: keeps what the broker has not confirmed.
        now: tells the time in UTC. Each sending of an event bears it as `delivered_at`, beside
            `occurred_at`: what waited for the broker can be told from what has just happened.
    """

    def __init__(
        self, transport: Transport, topic: str, outbox: Outbox, now: Callable[[], datetime]
    ) -> None:
        self._transport = transport
        self._topic = topic
        self._outbox = outbox
        self._now = now
        # None while the link is down: an event must not overtake those that wait.
        self._on_the_way: dict[int, str] | None = None
        self._unsaved: dict[str, Event] = {}
        # Confirmed by the broker, but the disk does not let go of them.
        self._confirmed: set[str] = set()
        self._crowded_out = 0

    @property
    def waiting(self) -> int:
        """How many events the broker has not confirmed."""
        return len(self._outbox) + len(self._unsaved) - len(self._confirmed)

    @property
    def dropped(self) -> int:
        """How many events were given up since the start."""
        return self._outbox.dropped + self._crowded_out

    def send(self, event: Event) -> None:
        """Put an event on disk, and then on its way if there is one.

        A disk that does not take it is reported; the event is sent all the same.
        """
        self._unsaved[event.event_id] = event
        self._save()
        self._publish(event)

    def newest(self) -> Event | None:
        """Return the newest event that waits on disk; None if there is none, or the disk does not give it."""
        try:
            return self._outbox.newest()
        except OutboxError as error:
            _LOG.error("What waits on disk for the broker cannot be read: %s", error)
            return None

    def resume(self) -> None:
        """Send all that waits; to be called for Connected, after the announcement."""
        self._on_the_way = {}
        saved: list[Event] = []
        try:
            saved = self._outbox.pending()
        except OutboxError as error:
            _LOG.error("What waits on disk for the broker cannot be sent: %s", error)
        waiting = [event for event in saved if event.event_id not in self._confirmed]
        waiting += self._unsaved.values()
        if waiting:
            _LOG.info("Sending %d events that waited for the broker", len(waiting))
        for event in waiting:
            self._publish(event)

    def pause(self) -> None:
        """Let events wait on disk; to be called for Disconnected."""
        self._on_the_way = None

    def delivered(self, number: int) -> None:
        """Forget an event that the broker has; to be called for each Delivered."""
        event_id = self._taken_off(number)
        if event_id in self._unsaved:
            del self._unsaved[event_id]
        elif event_id is not None:
            self._confirmed.add(event_id)
            self._forget()

    def refused(self, number: int) -> None:
        """Keep an event that the broker threw away; it is sent again at the next connection."""
        self._taken_off(number)

    def _save(self) -> None:
        try:
            for event in list(self._unsaved.values()):
                self._outbox.append(event)
                del self._unsaved[event.event_id]
        except OutboxError as error:
            _LOG.error("%d events would not survive a restart: %s", len(self._unsaved), error)
        while len(self._unsaved) > _SPARE_ROOM:
            del self._unsaved[next(iter(self._unsaved))]
            self._crowded_out += 1
        self._forget()

    def _forget(self) -> None:
        try:
            for event_id in list(self._confirmed):
                self._outbox.delivered(event_id)
                self._confirmed.discard(event_id)
        except OutboxError as error:
            _LOG.error("%d events may be sent once more: %s", len(self._confirmed), error)

    def _publish(self, event: Event) -> None:
        if self._on_the_way is None:
            return
        stamps = {"occurred_at": event.occurred_at, "delivered_at": self._now()}
        document = json.loads(event.payload) | {
            key: stamp.isoformat(timespec="milliseconds") for key, stamp in stamps.items()
        }
        number = self._transport.publish(self._topic, compact(document))
        if number is None:
            self.pause()
        else:
            self._on_the_way[number] = event.event_id

    def _taken_off(self, number: int) -> str | None:
        return self._on_the_way.pop(number, None) if self._on_the_way else None
