"""The observations of the last hours: in memory only, few, and their pictures only as long as the owner allows."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from device.node.recent_faces import LONGEST, MOST_OBSERVATIONS
from device.observation import Observation
from device.people.identity import Identity

# Of all pictures together: one has about 100 kB.
_MOST_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Remembered:
    """One observation.

    Attributes:
        observation: as every sink receives it.
        picture: a JPEG of what may leave the node; None when there is none, or none any more.
        ends_at: when the picture is no longer shown, on the monotonic clock.
        may_be_named: whether the node still knows what it has measured of whoever it shows.
    """

    observation: Observation
    picture: bytes | None
    ends_at: float
    may_be_named: bool


class Memory:
    """What was seen lately. Any thread may use it.

    Args:
        picture_expiry: seconds until a picture is no longer shown.
        clock: monotonic, in seconds.
        now: returns the time in UTC.
    """

    def __init__(
        self, picture_expiry: float, clock: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        self._picture_expiry = picture_expiry
        self._clock = clock
        self._now = now
        self._changing = threading.Lock()
        self._kept: deque[Remembered] = deque(maxlen=MOST_OBSERVATIONS)

    def add(self, observation: Observation, picture: bytes | None) -> None:
        """Remember an observation."""
        ends_at = self._clock() + self._picture_expiry
        face = observation.primary
        is_measured = face is not None and face.fact(Identity) is not None
        with self._changing:
            self._kept.append(Remembered(observation, picture, ends_at, is_measured))
            self._tidy()

    def all(self) -> list[Remembered]:
        """Return what is remembered, the newest first."""
        with self._changing:
            self._tidy()
            return list(reversed(self._kept))

    def find(self, event_id: str) -> Remembered | None:
        """Return one of them; None when it is not remembered."""
        return next((each for each in self.all() if each.observation.event_id == event_id), None)

    def drop_pictures(self) -> None:
        """Forget all pictures."""
        with self._changing:
            self._replace(lambda _each: False)

    def drop_measured(self) -> None:
        """Take in that the node knows no more what it has measured of anybody."""
        with self._changing:
            kept = (replace(each, may_be_named=False) for each in self._kept)
            self._kept = deque(kept, MOST_OBSERVATIONS)

    def forget(self) -> None:
        """Forget everything."""
        with self._changing:
            self._kept.clear()

    def _tidy(self) -> None:
        oldest = self._now() - LONGEST
        while self._kept and self._kept[0].observation.triggered_at < oldest:
            self._kept.popleft()
        now, left = self._clock(), _MOST_BYTES

        def may_stay(each: Remembered) -> bool:
            nonlocal left
            left -= len(each.picture or b"")
            return now < each.ends_at and left >= 0

        self._replace(may_stay)

    def _replace(self, may_stay: Callable[[Remembered], bool]) -> None:
        """Take away the pictures that may not stay, asked of the newest first."""
        kept = [
            each if each.picture is None or may_stay(each) else replace(each, picture=None)
            for each in reversed(self._kept)
        ]
        self._kept = deque(reversed(kept), MOST_OBSERVATIONS)
