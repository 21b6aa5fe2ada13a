"""Readings that change all the time, as far as that means anything: Home Assistant records each change for ever."""

from __future__ import annotations

_STEP_DEGREES = 2.0
"""More than the noise of the sensor, one degree up and down, and too little to hide a fan that has stopped."""


class LastingCount:
    """Shows a count once it has been above zero for a while; what comes and goes at once stays zero.

    Args:
        lasting: seconds.
    """

    def __init__(self, lasting: float) -> None:
        self._lasting = lasting
        self._since: float | None = None

    def shown(self, count: int, now: float) -> int:
        """Return what to show.

        Args:
            count: as it is now.
            now: monotonic, in seconds.
        """
        if count == 0:
            self._since = None
            return 0
        if self._since is None:
            self._since = now
        return count if now - self._since >= self._lasting else 0


class SteadyTemperature:
    """Shows whole degrees, and follows the temperature only when it has really changed."""

    def __init__(self) -> None:
        self._shown: int | None = None

    def shown(self, degrees: float | None) -> int | None:
        """Return what to show; None when there is no reading.

        Args:
            degrees: Celsius.
        """
        if degrees is None:
            self._shown = None
        elif self._shown is None or abs(degrees - self._shown) >= _STEP_DEGREES:
            self._shown = round(degrees)
        return self._shown
