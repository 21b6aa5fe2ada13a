"""Sends what happens now to the broker: one message after the other, and nothing later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from device.mqtt.transport import Transport

# Home Assistant dates an event to the millisecond, and starts no automation for the second one of the same millisecond.
# The pause must survive a moment in which it, or the broker, has something else to do.
_PAUSE_SECONDS = 0.02
# What has waited for the broker for longer has not just happened.
_FRESH_SECONDS = 2.0
# More than an observation has attributes.
_MOST_WAITING = 100


class PacedSender:
    """Sends each message once the broker has the one before, and after a pause. One thread uses it.

    Only so do two messages of the same moment reach Home Assistant one by one also over a Wi-Fi that holds packets back
    and then delivers them together. Without a connection nothing is kept.

    Args:
        transport: the link.
        topic: of the messages.
        clock: monotonic, in seconds.
    """

    def __init__(self, transport: Transport, topic: str, clock: Callable[[], float]) -> None:
        self._transport = transport
        self._topic = topic
        self._clock = clock
        # Each with the time until which it is fresh; beyond its length the oldest are dropped.
        self._waiting: deque[tuple[str, float]] = deque(maxlen=_MOST_WAITING)
        self._on_the_way: int | None = None
        self._paused_until = float("-inf")

    def send(self, *payloads: str) -> None:
        """Send messages, the first one at once if nothing is before it."""
        fresh_until = self._clock() + _FRESH_SECONDS
        self._waiting.extend((payload, fresh_until) for payload in payloads)
        self.tick()

    @property
    def due(self) -> float | None:
        """When to call tick; None while nothing waits, or the broker has to answer first."""
        if not self._waiting or self._on_the_way is not None:
            return None
        return self._paused_until

    def tick(self) -> None:
        """Send the next message if it is time to."""
        now = self._clock()
        if self.due is None or now < self.due:
            return
        while self._waiting:
            payload, fresh_until = self._waiting.popleft()
            if now <= fresh_until:
                self._publish(payload, now)
                return

    def answered(self, number: int) -> None:
        """Take note that the broker has taken or refused a message; to be called for each Delivered and Refused."""
        if number == self._on_the_way:
            self._on_the_way = None
            self.tick()

    def drop(self) -> None:
        """Give up what waits; to be called for Disconnected."""
        self._waiting.clear()
        self._on_the_way = None

    def _publish(self, payload: str, now: float) -> None:
        self._on_the_way = self._transport.publish(self._topic, payload)
        if self._on_the_way is None:
            self._waiting.clear()
        else:
            self._paused_until = now + _PAUSE_SECONDS
