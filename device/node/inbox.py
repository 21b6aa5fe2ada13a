"""The one queue between the node's loop and the threads of pins, MQTT and the camera."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic

from device.mqtt.events import Command, NewestVersion
from device.node.messages import Content, Message
from device.observation import Trigger, utc_now

_LOG = logging.getLogger(__name__)

MAX_WAITING = 1000
"""Messages from outside. Nobody presses so often during a burst; whoever writes faster than the node reads may not
fill its memory."""
MAX_WAITING_BYTES = 262_144
"""Of their keys and payloads together. A meaningful one has less than a hundred bytes."""


class Inbox:
    """What other threads hand to the loop. put() never blocks, and may be called from any thread.

    What comes from outside is bounded in count and bytes: beyond that it is thrown away until half of it is done. What
    the node itself causes (confirmations, captures) is always taken; there is never more of it than the node asked for.

    Args:
        max_waiting: messages from outside.
        max_waiting_bytes: of those.
        now: returns the time in UTC.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        *,
        max_waiting: int = MAX_WAITING,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._max_waiting = max_waiting
        self._max_waiting_bytes = max_waiting_bytes
        self._now = now
        self._clock = clock
        # A signal handler puts here as well: SimpleQueue allows that in the middle of another put or get.
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._counting = threading.Lock()
        self._waiting = 0
        self._waiting_bytes = 0
        self._is_flooded = False

    def put(self, content: Content) -> None:
        """Add something, with the time; what comes from outside in a flood is thrown away."""
        if isinstance(content, Trigger | Command | NewestVersion) and not self._is_admitted(
            _bytes(content)
        ):
            return
        self._messages.put(Message(content, self._now(), self._clock()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at this moment."""
        return self._messages.empty()

    def get(self, timeout: float) -> Message | None:
        """Return the next message, or None after timeout seconds without one."""
        try:
            message = self._messages.get(timeout=timeout)
        except Empty:
            return None
        if isinstance(message.content, Trigger | Command | NewestVersion):
            with self._counting:
                self._waiting -= 1
                self._waiting_bytes -= _bytes(message.content)
        return message

    def _is_admitted(self, size: int) -> bool:
        with self._counting:
            share = 2 if self._is_flooded else 1
            is_flooded = (
                self._waiting >= self._max_waiting // share
                or self._waiting_bytes + size > self._max_waiting_bytes // share
            )
            if is_flooded and not self._is_flooded:
                _LOG.warning(
                    "%d messages of %d bytes wait; more are thrown away until half of them are done",
                    self._waiting,
                    self._waiting_bytes,
                )
            self._is_flooded = is_flooded
            if is_flooded:
                return False
            self._waiting += 1
            self._waiting_bytes += size
            return True


def _bytes(content: Trigger | Command | NewestVersion) -> int:
    match content:
        case Command(key, payload):
            return len(key) + len(payload)
        case NewestVersion(payload):
            return len(payload)
        case Trigger():
            return 0
