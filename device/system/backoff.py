"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from collections.abc import Callable

FIRST_DELAY = 2.0
LONGEST_DELAY = 60.0


def backoff(failures: int, jitter: float, longest: float = LONGEST_DELAY) -> float:
    """Return the seconds to wait after a number of failures in a row.

    The delay doubles from FIRST_DELAY to `longest`. Jitter takes away up to half of it, of the first
    one too, so that nodes do not all connect to a camera or a broker at the same moment after a
    power cut, or when a broker with a thousand of them ends.

    Args:
        failures: in a row, the newest included; at least 1.
        jitter: 0..1, a new random number for each call.
        longest: seconds.

    Raises:
        ValueError: when failures or jitter is out of range.
    """
    if failures < 1 or not 0.0 <= jitter <= 1.0:
        message = f"failures is at least 1 and jitter 0..1, not {failures} and {jitter}"
        raise ValueError(message)
    # 2**16 is far above the longest delay; the exponent is limited so that a float cannot overflow.
    delay = min(longest, FIRST_DELAY * 2.0 ** min(failures - 1, 16))
    return delay * (1.0 - 0.5 * jitter)


class Retry:
    """When to try again what failed: at once, and then less and less often.

    Args:
        clock: monotonic, in seconds.
        jitter: draws 0..1.
    """

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._failures = 0
        self._next = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether the next attempt may be made now."""
        return self._clock() >= self._next

    def failed(self) -> None:
        """Record that an attempt has failed now."""
        self._failures += 1
        self._next = self._clock() + backoff(self._failures, self._jitter())
