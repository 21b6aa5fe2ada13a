"""Sends events from the outbox to the broker, in order, until it has confirmed them."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from device.errors import OutboxError
from device.mqtt.outbox import CAPACITY, Outbox
from device.mqtt.retry import RefusedForNow
from device.mqtt.transport import Transport
from device.mqtt.waiting_event import (
    DeliveryJson,
    Event,
    corrected,
    is_time_uncertain,
    waited,
    was_set,
)
from device.observation import iso_time
from device.system.clock import ReadClock, Reading
from device.system.compact_json import compact

_LOG = logging.getLogger(__name__)

_MOST_UNSAVED = 100
"""Events that are kept in memory while the disk takes none; about a megabyte."""
_MOST_ON_THE_WAY = 50
"""Events that are published and not confirmed; more wait on disk. Brokers take twenty at a time."""
_MOST_RECENT = 400
"""Events that can be taken back; about two megabytes."""
_BATCH = 100
"""Confirmed events that leave the outbox in one transaction, which costs a sync of the memory card."""


class OutboxSender:
    """Between the outbox and the link. One thread uses it.

    A confirmation that is lost with the connection, or with the process before flush(), means that an event
    is sent twice, with the same event_id. What the disk refuses waits in memory, and is lost only with the process.

    Args:
        transport: the link.
        topic: of the events.
        outbox: keeps what the broker has not confirmed.
        read_clock: returns what the machine's clocks show. Each sending of an event bears the time as `delivered_at`,
            next to `occurred_at` by the same clock, and how long it has `waited`: what waited for the broker can be
            told from what has just happened.
    """

    def __init__(
        self, transport: Transport, topic: str, outbox: Outbox, read_clock: ReadClock
    ) -> None:
        self._transport = transport
        self._topic = topic
        self._outbox = outbox
        self._read_clock = read_clock
        # For which the times on disk are right.
        self._corrected_at: Reading | None = None
        # None while the link is down: an event must not overtake those that wait.
        self._on_the_way: dict[int, str] | None = None
        self.is_held = False
        """Whether events wait on disk for release(), although the broker may be there."""
        # What was sent lately, and when: seconds since the boot.
        self._recent: deque[tuple[float, Event]] = deque(maxlen=_MOST_RECENT)
        self._taken_back: set[str] = set()
        # Ids of what is still to be sent over this connection. It drops its oldest where outbox and memory do.
        self._to_send: deque[str] = deque(maxlen=CAPACITY + _MOST_UNSAVED)
        self._unsaved: dict[str, Event] = {}
        # Confirmed by the broker, and still on disk.
        self._confirmed: set[str] = set()
        self._needs_flush = False
        self._crowded_out = 0
        self._refused = RefusedForNow()

    @property
    def waiting(self) -> int:
        """How many events the broker has not confirmed."""
        return len(self._outbox) + len(self._unsaved) - len(self._confirmed)

    @property
    def dropped(self) -> int:
        """How many events were given up since the start."""
        return self._outbox.dropped + self._crowded_out

    def keep(self, event: Event) -> None:
        """Put an event on disk; publish() follows, once what belongs before it is published.

        A disk that does not take it is reported; the event is sent all the same.
        """
        if self._outbox.is_full:
            # Or what the broker has would take the place of what it lacks.
            self.flush()
        self._unsaved[event.event_id] = event
        self._save()

    def publish(self, event: Event) -> bool:
        """Send an event that keep() has taken, after those that wait; without a connection it waits with them.

        Returns:
            Whether it was sent; if not, it has to wait.
        """
        if self._on_the_way is not None:
            self._to_send.append(event.event_id)
            self._send_next(event)
        return self._on_the_way is not None and event.event_id in self._on_the_way.values()

    def follow_clock(self) -> None:
        """Correct the times of what waits if the clock was set; to be called at the start, and about once a second.

        On disk too, for a restart of the machine may come before the broker does.
        """
        now, before = self._read_clock(), self._corrected_at
        if before is not None and not was_set(before, now):
            return
        self._corrected_at = now
        try:
            number = self._outbox.correct(now)
        except OutboxError as error:
            _LOG.error("The times of what waits for the broker stay as they were: %s", error)
            return
        if number:
            _LOG.info("The clock was set: the times of %d events that wait are corrected", number)

    def newest(self) -> Event | None:
        """Return the newest event that waits on disk; None if there is none, or the disk does not return it."""
        try:
            return self._outbox.newest()
        except OutboxError as error:
            _LOG.error("What waits on disk for the broker cannot be read: %s", error)
            return None

    def resume(self) -> None:
        """Send all that waits; to be called for Connected, after the announcement."""
        self._on_the_way = {}
        self._refused = RefusedForNow()
        self._send_all()

    def pause(self) -> None:
        """Let events wait on disk; to be called for Disconnected."""
        self._on_the_way = None

    def hold(self) -> None:
        """Let events wait on disk although the broker is there, until release(); what is on the way is not held."""
        self.is_held = True

    def release(self) -> None:
        """Send what hold() has let wait."""
        if self.is_held:
            self.is_held = False
            self._send_all()

    def take_back(self, period: timedelta) -> None:
        """Keep what was sent lately, as if it had not been: whoever received it was about to end.

        release() sends it again, with `repeated`: it may have been received all the same.

        Args:
            period: until now.
        """
        since = self._read_clock().uptime - period.total_seconds()
        lately = {event.event_id: event for at, event in self._recent if at >= since}
        self._recent.clear()
        self._taken_back |= lately.keys()
        if self._on_the_way is not None:
            self._on_the_way = {n: i for n, i in self._on_the_way.items() if i not in lately}
        self._confirmed -= lately.keys()
        # One that is on disk stays what it is.
        self._unsaved |= lately
        self._save()

    def is_on_the_way(self, number: int) -> bool:
        """Whether this is the number of an event that was sent and has no answer yet."""
        return self._on_the_way is not None and number in self._on_the_way

    def undelivered(self, number: int) -> None:
        """Keep an event that the broker had nobody to hand to; release() sends it again."""
        self._taken_off(number)

    def delivered(self, number: int) -> None:
        """Take note that the broker has an event; to be called for each Delivered.

        It leaves the disk with flush(), or together with the next hundred.
        """
        event_id = self._taken_off(number)
        self._taken_back.discard(event_id or "")
        if event_id in self._unsaved:
            del self._unsaved[event_id]
        elif event_id is not None:
            self._confirmed.add(event_id)
            self._needs_flush = True
            if len(self._confirmed) % _BATCH == 0:
                self.flush()
        self._send_next()

    def refused(self, number: int, *, is_for_now: bool = False) -> None:
        """Keep an event that the broker threw away; it is sent again at the next connection.

        Args:
            number: the message's; perhaps of no event.
            is_for_now: whether it is to be sent again over this connection too, by retry().
        """
        is_event = self._taken_off(number) is not None
        if is_event and is_for_now:
            self._refused.refused(self._read_clock().uptime)
        self._send_next()

    def retry(self) -> None:
        """Send what was refused for now if it is time; to be called about once a second."""
        if self._refused.is_over(self._read_clock().uptime):
            self._send_all()

    def flush(self) -> None:
        """Remove from disk what the broker has confirmed; to be called when nothing else waits, and at the end.

        What a disk refused is tried again with the next event or confirmation.
        """
        if self._needs_flush:
            self._needs_flush = False
            self._remove_confirmed()

    def _save(self) -> None:
        try:
            for event in list(self._unsaved.values()):
                self._outbox.append(event)
                del self._unsaved[event.event_id]
        except OutboxError as error:
            _LOG.error("%d events would not survive a restart: %s", len(self._unsaved), error)
        while len(self._unsaved) > _MOST_UNSAVED:
            del self._unsaved[next(iter(self._unsaved))]
            self._crowded_out += 1
        self._needs_flush = bool(self._confirmed)

    def _remove_confirmed(self) -> None:
        try:
            self._outbox.delivered(*self._confirmed)
            self._confirmed.clear()
        except OutboxError as error:
            _LOG.error("%d events may be sent once more: %s", len(self._confirmed), error)

    def _send_all(self) -> None:
        if self._on_the_way is None:
            return
        saved: list[str] = []
        try:
            saved = self._outbox.pending_ids()
        except OutboxError as error:
            _LOG.error("What waits on disk for the broker cannot be sent: %s", error)
        settled = self._confirmed | set(self._on_the_way.values())
        self._to_send.clear()
        self._to_send.extend(i for i in (*saved, *self._unsaved) if i not in settled)
        if self._to_send and not self.is_held:
            _LOG.info("Sending %d events that waited", len(self._to_send))
        self._send_next()

    def _send_next(self, *fresh: Event) -> None:
        """Publish what is to be sent, in its order, until as much is on the way as may be.

        Args:
            fresh: what need not be read from disk.
        """
        while self._to_send and self._room:
            batch = [self._to_send.popleft() for _ in range(min(self._room, len(self._to_send)))]
            for event in self._read(batch, fresh):
                self._hand_over(event)

    @property
    def _room(self) -> int:
        if self._on_the_way is None or self.is_held:
            return 0
        return _MOST_ON_THE_WAY - len(self._on_the_way)

    def _read(self, event_ids: Sequence[str], fresh: Sequence[Event]) -> list[Event]:
        found = {event.event_id: event for event in (*fresh, *self._unsaved.values())}
        missing = [event_id for event_id in event_ids if event_id not in found]
        try:
            found |= (
                {event.event_id: event for event in self._outbox.read(missing)} if missing else {}
            )
        except OutboxError as error:
            _LOG.error("What waits on disk for the broker cannot be sent: %s", error)
        # One that is not found was dropped by the outbox meanwhile.
        return [found[event_id] for event_id in event_ids if event_id in found]

    def _hand_over(self, event: Event) -> None:
        if self._on_the_way is None:
            return
        now = self._read_clock()
        seconds = waited(event, now)
        delivery: DeliveryJson = {
            "occurred_at": iso_time(corrected(event, now).occurred_at),
            "delivered_at": iso_time(now.at),
            "waited": None if seconds is None else round(seconds, 3),
            "time_uncertain": is_time_uncertain(event, now),
            "repeated": event.event_id in self._taken_back,
        }
        document = json.loads(event.payload) | delivery
        number = self._transport.publish(self._topic, compact(document))
        if number is None:
            self.pause()
        else:
            self._on_the_way[number] = event.event_id
            self._recent.append((now.uptime, event))

    def _taken_off(self, number: int) -> str | None:
        return self._on_the_way.pop(number, None) if self._on_the_way else None
