"""What a thread is doing, and by when it will be done with it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class Heartbeat:
    """The progress of one thread: it sets itself a deadline, and any other thread may ask whether that has passed.

    Args:
        name: of the thread, for the message.
        clock: monotonic, in seconds.
    """

    def __init__(self, name: str, clock: Callable[[], float] = monotonic) -> None:
        self._name = name
        self._clock = clock
        # One object, so that another thread sees all of a deadline or all of the one before. The first one never
        # passes: loading the networks may take its time.
        self._current = ("its start", clock(), float("inf"))

    def begin(self, doing: str, within: float) -> None:
        """Begin something, and set the deadline for beginning the next thing.

        Args:
            doing: what, for the message.
            within: seconds from now.
        """
        now = self._clock()
        self._current = (doing, now, now + within)

    def overdue(self) -> str | None:
        """Return a sentence on what takes too long; None while the deadline has not passed."""
        doing, since, deadline = self._current
        now = self._clock()
        if now <= deadline:
            return None
        return (
            f"the {self._name} has been busy with {doing} for {now - since:.0f} s, "
            f"where {deadline - since:.0f} s are allowed"
        )
