"""Readings that change all the time, as far as that means anything: Home Assistant records each change for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from device.system.vitals import Vitals

_TEMPERATURE_STEP_DEGREES = 2.0
"""More than the noise of the sensor, one degree up and down, and too little to hide a fan that has stopped."""
_SIGNAL_STEP_DB = 6.0
"""Half or twice the distance to the access point; somebody who walks through the room changes a signal by less."""
_DISK_STEP_PERCENT = 2.0
"""Logs that grow and are rotated change it by less."""
_CLOCK_STEP = timedelta(minutes=1)
"""Less is the clock that is being adjusted; a Raspberry Pi starts with one that may be months behind."""


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


class LastingAlarm:
    """Shows an alarm at once, and for a while after it has ended: one that comes and goes is one alarm.

    Args:
        lasting: seconds.
    """

    def __init__(self, lasting: float) -> None:
        self._lasting = lasting
        self._until = float("-inf")

    def shown(self, is_on: bool | None, now: float) -> bool | None:  # noqa: FBT001 - the value is the subject
        """Return what to show; None while it is not known.

        Args:
            is_on: as it is now.
            now: monotonic, in seconds.
        """
        if is_on is None:
            return None
        if is_on:
            self._until = now + self._lasting
        return now < self._until


class SteadyNumber:
    """Shows a whole number, and follows a reading only when it has really changed.

    Args:
        step: the least change that counts.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self._shown: int | None = None

    def shown(self, reading: float | None) -> int | None:
        """Return what to show; None when there is no reading."""
        if reading is None:
            self._shown = None
        elif self._shown is None or abs(reading - self._shown) >= self._step:
            self._shown = round(reading)
        return self._shown


class SteadyVitals:
    """Shows how the machine fares without the noise."""

    def __init__(self) -> None:
        self._temperature = SteadyNumber(_TEMPERATURE_STEP_DEGREES)
        self._signal = SteadyNumber(_SIGNAL_STEP_DB)
        self._disk = SteadyNumber(_DISK_STEP_PERCENT)

    def shown(self, vitals: Vitals) -> Vitals:
        """Return what to show, in whole numbers."""
        return Vitals(
            cpu_temperature=self._temperature.shown(vitals.cpu_temperature),
            wifi_signal=self._signal.shown(vitals.wifi_signal),
            disk_free=self._disk.shown(vitals.disk_free),
        )


class SteadyMoment:
    """Shows a moment, and another one only after the clock was set."""

    def __init__(self) -> None:
        self._shown: datetime | None = None

    def shown(self, moment: datetime) -> datetime:
        """Return what to show.

        Args:
            moment: as the clock makes it now; it moves with the clock.
        """
        if self._shown is None or abs(moment - self._shown) >= _CLOCK_STEP:
            self._shown = moment.replace(microsecond=0)
        return self._shown
