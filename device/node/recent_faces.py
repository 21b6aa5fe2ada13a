"""What was measured of whoever the last observations show, so that they can be named afterwards: in memory only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from device.people.enrolment import Candidate

MOST_OBSERVATIONS = 60
"""That are remembered: of a busy day at a door, and less than a megabyte with all that was measured."""

LONGEST = timedelta(hours=6)
"""For which an observation is remembered: until whoever came home in the evening is asked."""


class RecentFaces:
    """The primary faces of the last observations. The capture thread uses it; nothing of it ever goes to the disk.

    Args:
        clock: monotonic, in seconds.
        most: observations; 0 for a node without a page, on which nobody could say who somebody is.
    """

    def __init__(self, clock: Callable[[], float], most: int = MOST_OBSERVATIONS) -> None:
        self._clock = clock
        self._kept: deque[tuple[float, str, Sequence[Candidate]]] = deque(maxlen=most)

    def add(self, event_id: str, candidates: Sequence[Candidate]) -> None:
        """Remember what was measured of somebody, in place of the oldest if there are many."""
        self._kept.append((self._clock(), event_id, candidates))

    def find(self, event_id: str) -> Sequence[Candidate]:
        """Return what is still known of whoever an observation shows; nothing where that is nobody, or over."""
        self.tidy()
        return next((found for _at, kept_id, found in self._kept if kept_id == event_id), ())

    def tidy(self) -> None:
        """Drop what is too old; to be called about once a second."""
        oldest = self._clock() - LONGEST.total_seconds()
        while self._kept and self._kept[0][0] <= oldest:
            self._kept.popleft()

    def forget(self) -> None:
        """Drop everything: for privacy, or because somebody was forgotten or has another name."""
        self._kept.clear()
