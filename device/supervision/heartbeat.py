"""A thread's word on what it is doing, and by when it means to be done."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class Heartbeat:
    """The progress of one thread, which promises; any other may ask whether the promise is kept.

    Args:
        name: of the thread, for the message.
        clock: monotonic, in seconds.
    """

    def __init__(self, name: str, clock: Callable[[], float] = monotonic) -> None:
        self._name = name
        self._clock = clock
        # One object, so that another thread sees all of a promise or all of the one before.
        self._promise = ("its start", clock(), float("inf"))

    def begin(self, doing: str, within: float) -> None:
        """Promise to be done with something, and to begin the next thing, within so many seconds."""
        now = self._clock()
        self._promise = (doing, now, now + within)

    def overdue(self) -> str | None:
        """Return a sentence on what has taken too long; None while the promise may still be kept."""
        doing, since, deadline = self._promise
        now = self._clock()
        if now <= deadline:
            return None
        return (
            f"the {self._name} has been busy with {doing} for {now - since:.0f} s, "
            f"where {deadline - since:.0f} s are allowed"
        )
