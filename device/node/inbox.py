"""The one queue between the node's loop and the threads of pins, MQTT and the camera."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic

from device.mqtt.events import Command, NewestVersion
from device.node.messages import Content, Message
from device.observation import Trigger, utc_now

_LOG = logging.getLogger(__name__)

MAX_WAITING = 1000
"""Messages from the broker, and as many triggers. Nobody presses so often during a burst; whoever writes faster than
the node reads may not fill its memory."""
MAX_WAITING_BYTES = 262_144
"""Of keys and payloads together. A meaningful one has less than a hundred bytes."""


class Inbox:
    """What other threads hand to the loop. put() never blocks, and may be called from any thread.

    What comes from the broker is bounded in count and bytes: beyond that it is thrown away until half of it is done,
    but for the newest command of each key to keep, which is then obeyed. Triggers have a bound of their own, so that no
    flood of commands loses a press. What the node itself causes (confirmations, captures) is always taken; there is
    never more of it than the node asked for. So are the motion sensor's levels: there are two a second at most.

    Args:
        max_waiting: messages from the broker, and triggers.
        max_waiting_bytes: of the messages from the broker.
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
        self._now = now
        self._clock = clock
        # A signal handler puts here as well: SimpleQueue allows that in the middle of another put or get.
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._counting = threading.Lock()
        self._from_broker = _Budget("messages from the broker", max_waiting, max_waiting_bytes)
        self._triggers = _Budget("triggers", max_waiting, max_waiting_bytes)
        self._keys_to_keep: frozenset[str] = frozenset()
        # The newest of those that found no room, by key.
        self._kept: dict[str, Message] = {}

    def keep_newest_of(self, keys: Iterable[str]) -> None:
        """Name the keys of commands that mean something: of each the newest survives a flood."""
        self._keys_to_keep = frozenset(keys)

    def put(self, content: Content) -> None:
        """Add something, with the time; what comes in a flood is thrown away."""
        message = Message(content, self._now(), self._clock())
        budget = self._budget(content)
        if budget is None:
            self._messages.put(message)
            return
        with self._counting:
            if budget.admits(_bytes(content)):
                self._put_kept()
                self._messages.put(message)
            elif isinstance(content, Command) and content.key in self._keys_to_keep:
                self._kept.pop(content.key, None)
                self._kept[content.key] = message

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
        budget = self._budget(message.content)
        if budget is not None:
            with self._counting:
                budget.release(_bytes(message.content))
                if budget.has_room:
                    self._put_kept()
        return message

    def _budget(self, content: Content) -> _Budget | None:
        match content:
            case Trigger():
                return self._triggers
            case Command() | NewestVersion():
                return self._from_broker
            case _:
                return None

    def _put_kept(self) -> None:
        """Add what was kept, behind all that came before it."""
        for message in self._kept.values():
            self._from_broker.take(_bytes(message.content))
            self._messages.put(message)
        self._kept.clear()


class _Budget:
    """How much of one kind may wait. After a flood half of it must be done before more is taken.

    Args:
        kind: for the log.
        count: at most.
        size: bytes, at most.
    """

    def __init__(self, kind: str, count: int, size: int) -> None:
        self._kind = kind
        self._count = count
        self._size = size
        self._waiting = 0
        self._waiting_bytes = 0
        self._is_flooded = False

    @property
    def has_room(self) -> bool:
        """Whether anything would be taken now."""
        return self._fits(0)

    def admits(self, size: int) -> bool:
        """Count something of this many bytes, unless there is no room; the first time that is so is logged."""
        if not self._fits(size):
            if not self._is_flooded:
                _LOG.warning(
                    "%d %s of %d bytes wait; more are thrown away until half of them are done",
                    self._waiting,
                    self._kind,
                    self._waiting_bytes,
                )
            self._is_flooded = True
            return False
        self._is_flooded = False
        self.take(size)
        return True

    def take(self, size: int) -> None:
        """Count something of this many bytes."""
        self._waiting += 1
        self._waiting_bytes += size

    def release(self, size: int) -> None:
        """Count something of this many bytes as done."""
        self._waiting -= 1
        self._waiting_bytes -= size

    def _fits(self, size: int) -> bool:
        share = 2 if self._is_flooded else 1
        return (
            self._waiting < self._count // share
            and self._waiting_bytes + size <= self._size // share
        )


def _bytes(content: Content) -> int:
    match content:
        case Command(key, payload):
            return len(key) + len(payload)
        case NewestVersion(payload):
            return len(payload)
        case _:
            return 0
