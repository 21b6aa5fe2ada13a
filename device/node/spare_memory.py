"""What was needed for an observation is given back to the machine when a while has passed without another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from device.entities.kinds import Document, Json
from device.node.sink import Sink
from device.observation import Observation

_REST_SECONDS = 5.0
"""Presses often come in a row, and each would have to fetch the memory again."""


class SpareMemory(Sink):
    """Gives memory back once after the start, and once after each row of observations.

    Args:
        give_back: gives back what is free; takes some milliseconds.
        clock: monotonic, in seconds.
    """

    def __init__(self, give_back: Callable[[], object], clock: Callable[[], float]) -> None:
        self._give_back = give_back
        self._clock = clock
        # What the start needed is given back at once.
        self._used_at: float | None = -inf

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Wait again."""
        del observation, picture
        self._used_at = self._clock()

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Do nothing: a document takes little."""

    def tick(self) -> None:
        """Give back what is free, if it is time."""
        if self._used_at is not None and self._clock() - self._used_at >= _REST_SECONDS:
            self._used_at = None
            self._give_back()
