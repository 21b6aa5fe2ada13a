"""The one queue between the threads of GPIO and MQTT and the node's own."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeAlias

from device.mqtt.events import Command, LinkEvent
from device.observation import Trigger, utc_now

_LOG = logging.getLogger(__name__)

MOST_WAITING = 1000
"""Letters. Nobody presses so often during a burst, and who writes faster than it reads may not fill its memory."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The wish to end."""


Content: TypeAlias = Trigger | LinkEvent | Stop


@dataclass(frozen=True, slots=True)
class Message:
    """Something in the inbox, and when it came (UTC, and seconds on the monotonic clock)."""

    content: Content
    at: datetime
    monotonic: float


class Inbox:
    """What other threads hand to the node's own; put() never blocks, and may be called from any of them."""

    def __init__(self) -> None:
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._is_flooded = False

    def put(self, content: Content) -> None:
        """Add something, with the time; a command that comes in a flood is thrown away."""
        if isinstance(content, Command):
            limit = MOST_WAITING // 2 if self._is_flooded else MOST_WAITING
            flooded = self._messages.qsize() >= limit
            if flooded and not self._is_flooded:
                _LOG.warning(
                    "%d commands wait; more are thrown away until half of them are done",
                    MOST_WAITING,
                )
            self._is_flooded = flooded
            if flooded:
                return
        self._messages.put(Message(content, utc_now(), monotonic()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at this moment."""
        return self._messages.empty()

    def get(self, timeout: float) -> Message | None:
        """Return the next message, or None after timeout seconds without one."""
        try:
            return self._messages.get(timeout=timeout)
        except Empty:
            return None
