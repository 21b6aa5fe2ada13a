"""The broker's answer to SUBSCRIBE, which may come before the thread that waits for it knows its id."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock

from device.mqtt.errors import Reason


class Subscription:
    """A connection's newest SUBSCRIBE and its answer; from any thread."""

    def __init__(self) -> None:
        # Held while it is sent: an answer waits until its id is known.
        self._sending = Lock()
        self._message_id: int | None = None
        self._reasons: list[Reason] | None = None
        self._has_ended = False
        self._over = Event()

    def send(self, subscribe: Callable[[], int | None]) -> None:
        """Send it; subscribe returns MQTT's id for it."""
        with self._sending:
            self._reasons = None
            if not self._has_ended:
                self._over.clear()
            self._message_id = subscribe()

    def wait(self, patience: float) -> list[Reason] | None:
        """Return a reason for each topic, or None when there is no answer within patience seconds."""
        self._over.wait(patience)
        return self._reasons

    def answered(self, message_id: int, reasons: list[Reason]) -> None:
        """Take an answer of the broker; one to what was not asked means nothing."""
        with self._sending:
            if message_id == self._message_id:
                self._reasons = reasons
                self._over.set()

    def end(self) -> None:
        """Give up waiting: the connection is over."""
        with self._sending:
            self._has_ended = True
            self._over.set()
