"""Carries events from the outbox to the broker, in order, until it has confirmed them."""

from __future__ import annotations

import logging

from device.mqtt.announcer import Publisher
from device.mqtt.outbox import Outbox, OutboxError

_LOG = logging.getLogger(__name__)


class Courier:
    """Between the outbox and the link. One thread uses it.

    A confirmation that is lost with the connection means that an event is sent twice; its event_id
    tells.

    Args:
        publisher: the link.
        topic: of the events.
        outbox: keeps what the broker has not confirmed.
    """

    def __init__(self, publisher: Publisher, topic: str, outbox: Outbox) -> None:
        self._publisher = publisher
        self._topic = topic
        self._outbox = outbox
        # None while the link is down: an event must not overtake those that wait.
        self._on_the_way: dict[int, str] | None = None

    def send(self, event_id: str, payload: str) -> None:
        """Put an event on disk, and then on its way if there is one.

        A disk that does not take it is reported; the event is sent all the same.
        """
        try:
            self._outbox.append(event_id, payload)
        except OutboxError as error:
            _LOG.error("An event would not survive an outage: %s", error)
        self._publish(event_id, payload)

    def resume(self) -> None:
        """Send all that waits; to be called for Connected, after the announcement."""
        self._on_the_way = {}
        try:
            waiting = self._outbox.pending()
        except OutboxError as error:
            _LOG.error("What waits for the broker cannot be sent: %s", error)
            return
        if waiting:
            _LOG.info("Sending %d events that waited for the broker", len(waiting))
        for event in waiting:
            self._publish(event.event_id, event.payload)

    def pause(self) -> None:
        """Let events wait on disk; to be called for Disconnected."""
        self._on_the_way = None

    def delivered(self, number: int) -> None:
        """Forget an event that the broker has; to be called for each Delivered."""
        event_id = self._taken_off(number)
        if event_id is None:
            return
        try:
            self._outbox.delivered(event_id)
        except OutboxError as error:
            _LOG.error("Event %s will be sent once more: %s", event_id, error)

    def refused(self, number: int) -> None:
        """Keep an event that the broker threw away; it is sent again at the next connection."""
        self._taken_off(number)

    def _publish(self, event_id: str, payload: str) -> None:
        if self._on_the_way is None:
            return
        number = self._publisher.publish(self._topic, payload)
        if number is None:
            self.pause()
        else:
            self._on_the_way[number] = event_id

    def _taken_off(self, number: int) -> str | None:
        return self._on_the_way.pop(number, None) if self._on_the_way else None
