"""The one queue between the threads of GPIO and MQTT and the node's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeAlias

from device.mqtt.events import LinkEvent
from device.observation import Trigger, utc_now


@dataclass(frozen=True, slots=True)
class Stop:
    """The wish to end."""


Content: TypeAlias = Trigger | LinkEvent | Stop


@dataclass(frozen=True, slots=True)
class Letter:
    """Something in the inbox, and when it came (UTC, and seconds on the monotonic clock)."""

    content: Content
    at: datetime
    monotonic: float


class Inbox:
    """What other threads hand to the node's own; put() never blocks, and may be called from any of them."""

    def __init__(self) -> None:
        self._letters: SimpleQueue[Letter] = SimpleQueue()

    def put(self, content: Content) -> None:
        """Add something, with the time."""
        self._letters.put(Letter(content, utc_now(), monotonic()))

    def get(self, timeout: float) -> Letter | None:
        """Return the next letter, or None after timeout seconds without one."""
        try:
            return self._letters.get(timeout=timeout)
        except Empty:
            return None
