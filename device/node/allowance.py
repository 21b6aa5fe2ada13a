"""How much of one kind may wait, and how much of it may come."""

from __future__ import annotations

import logging
from collections.abc import Callable

_LOG = logging.getLogger(__name__)

# Seconds without a refusal, after which the next one is reported again.
_QUIET_SECONDS = 60.0


class Allowance:
    """Counts what waits, and what may still come. Not for several threads at once.

    Args:
        kind: for the log.
        most: that may wait; and that may come at once. Messages, or whatever else the weights are in.
        a_second: that may come for long; None is for any number.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, kind: str, most: int, a_second: float | None, clock: Callable[[], float]
    ) -> None:
        self._kind = kind
        self._most = most
        self._a_second = a_second
        self._clock = clock
        self._waiting = 0
        self._left = float(most)
        self._counted_at = clock()
        self._refused_at = float("-inf")

    def admits(self, weight: int = 1) -> bool:
        """Count one more, unless there is no room; the first one that is refused after a quiet time is logged."""
        now = self._clock()
        if self._a_second is not None:
            earned = (now - self._counted_at) * self._a_second
            self._left = min(self._left + earned, float(self._most))
        self._counted_at = now
        if self._waiting + weight > self._most or self._left < 1:
            self._refuse(now)
            return False
        self._waiting += weight
        if self._a_second is not None:
            self._left -= 1
        return True

    def release(self, weight: int = 1) -> None:
        """Count one as done."""
        self._waiting -= weight

    def _refuse(self, now: float) -> None:
        if now - self._refused_at > _QUIET_SECONDS:
            _LOG.warning(
                "So many %s come that some are thrown away, with %d waiting; find out who sends them. "
                "This is not reported again until none has been thrown away for %.0f s",
                self._kind,
                self._waiting,
                _QUIET_SECONDS,
            )
        self._refused_at = now
