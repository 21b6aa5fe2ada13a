"""What was published and is not confirmed: its numbers, how much of it there may be, and since when it waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import monotonic

_numbers = count(1)


def next_number() -> int:
    """Return a number that no other message of this process has."""
    return next(_numbers)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the broker answers to a message.

    Attributes:
        refusal: why it threw the message away; None if it did not.
        is_heard: whether it had a subscriber to hand the message to; None where it does not say.
        is_for_now: whether it may take a message later that it threw away.
    """

    refusal: str | None = None
    is_heard: bool | None = None
    is_for_now: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    number: int | None
    size: int


class Unconfirmed:
    """The messages of one connection that the broker has not answered; may be used from any thread.

    MQTT names a message by 16 bits, which come again after 65,535 messages and with each connection. Here each
    has a number that no other message of the process has.

    The lock is never held while something else is called: paho answers under a lock, which it needs for
    publishing as well.

    Args:
        most: messages.
        most_bytes: of all of them together. One that is longer is taken when there is no other.
        on_answer: called with the number of a message and the broker's answer.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        most: int,
        most_bytes: int,
        on_answer: Callable[[int, Answer], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._on_answer = on_answer
        self._clock = clock
        self._lock = threading.Lock()
        # In the order in which they were published, by MQTT's ids.
        self._messages: dict[int, _Message] = {}
        # Since when the first of them is the first.
        self._first_since = 0.0
        # Answers that came before sent() was called.
        self._early: dict[int, Answer] = {}
        self._count = 0
        self._bytes = 0

    @property
    def count(self) -> int:
        """How many messages there are."""
        return self._count

    @property
    def bytes(self) -> int:
        """How long they are together."""
        return self._bytes

    @property
    def overdue(self) -> float:
        """For how many seconds the broker has owed the answer that comes next; 0 when it owes none.

        A broker answers in the order in which messages come. So the time of a message begins when it was published or,
        if that is later, when the one before it was answered: behind many others, or on a slow line, it has as long as
        the first. One whose answer was lost while later ones came does not begin again.
        """
        with self._lock:
            return self._clock() - self._first_since if self._messages else 0.0

    def has_room(self, size: int) -> bool:
        """Whether a message of size bytes may be published now."""
        return not self._count or (
            self._count < self._most and self._bytes + size <= self._most_bytes
        )

    def reserve(self, size: int) -> bool:
        """Make room for a message that is about to be published; return whether there is any."""
        with self._lock:
            if not self.has_room(size):
                return False
            self._count += 1
            self._bytes += size
            return True

    def release(self, size: int) -> None:
        """Give back the room of a message that was not published after all."""
        with self._lock:
            self._count -= 1
            self._bytes -= size

    def sent(self, message_id: int, size: int, number: int | None) -> None:
        """Take note of a message that was published after reserve().

        Args:
            message_id: MQTT's.
            size: bytes, as reserved.
            number: from next_number(); None for a message whose answer concerns nobody.
        """
        with self._lock:
            answer = self._early.pop(message_id, None)
            if answer is None:
                if not self._messages:
                    self._first_since = self._clock()
                self._messages[message_id] = _Message(number, size)
        if answer is not None:
            self._take(_Message(number, size), answer)

    def answered(self, message_id: int, answer: Answer) -> None:
        """Take note of the broker's answer; it may come before sent() is called."""
        with self._lock:
            if message_id == next(iter(self._messages), None):
                self._first_since = self._clock()
            message = self._messages.pop(message_id, None)
            if message is None:
                self._early[message_id] = answer
        if message is not None:
            self._take(message, answer)

    def _take(self, message: _Message, answer: Answer) -> None:
        self.release(message.size)
        if message.number is not None:
            self._on_answer(message.number, answer)
