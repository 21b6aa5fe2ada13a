"""The machine's clocks: one that shows the time and may be set, and one that counts since the boot and may not."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from device.observation import utc_now

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# systemd-timesyncd's, which Raspberry Pi OS has: it makes the folder at its start, and the file with the first answer.
_TIMESYNC = Path("/run/systemd/timesync")
_SYNCHRONIZED = "synchronized"
# adjtimex(2). The structure begins with `modes`, and `status` is the sixth word; no field before it is another type
# than unsigned int or long.
_STA_UNSYNC = 0x0040
_TIMEX_BYTES = 512
_Timex = ctypes.c_long * (_TIMEX_BYTES // ctypes.sizeof(ctypes.c_long))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks show at one moment.

    Attributes:
        at: the time in UTC, as it is set now.
        boot_id: names the boot; another one after each restart of the machine.
        uptime: seconds since the boot, those asleep included; setting the time does not change it.
        is_set: whether the time comes from a time server; None where that cannot be known.
    """

    at: datetime
    boot_id: str
    uptime: float
    is_set: bool | None = None

    def at_uptime(self, uptime: float) -> datetime:
        """Return which time a moment of this boot has by the clock as it is set now."""
        return self.at - timedelta(seconds=self.uptime - uptime)


class ReadClock(Protocol):
    """Reads both clocks; SystemClock is the machine's, and a test has one that it moves."""

    def __call__(self) -> Reading:
        """Return what they show now."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What tells the time.

    Attributes:
        monotonic: returns the seconds on the monotonic clock, which is the triggers' own.
        read: returns what the machine's clocks show.
    """

    monotonic: Callable[[], float]
    read: ReadClock


class SystemClock:
    """Reads the machine's clocks.

    Args:
        now: returns the time in UTC.
        timesync: the folder of systemd-timesyncd.
        asks_kernel: returns whether the kernel's clock is synchronized; None if it does not say.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = utc_now,
        timesync: Path = _TIMESYNC,
        asks_kernel: Callable[[], bool | None] | None = None,
    ) -> None:
        self._now = now
        self._timesync = timesync
        self._asks_kernel = _kernel_is_synchronized if asks_kernel is None else asks_kernel
        self._boot_id = _read_boot_id()
        self._was_set = False

    def __call__(self) -> Reading:
        """Return what the clocks show now."""
        return Reading(
            self._now(), self._boot_id, time.clock_gettime(time.CLOCK_BOOTTIME), self._is_set()
        )

    def _is_set(self) -> bool | None:
        # A clock that was set stays right for days without the network; the kernel says so for nine hours.
        if self._was_set:
            return True
        # The service may not ask the kernel: ProtectClock= forbids adjtimex, even to read. So the daemon comes first.
        if (self._timesync / _SYNCHRONIZED).exists():
            self._was_set = True
            return True
        is_synchronized = self._asks_kernel()
        if is_synchronized is None and self._timesync.is_dir():
            return False
        self._was_set = is_synchronized is True
        return is_synchronized


def _read_boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        # Without it each start counts as a boot: ages are then known within one start.
        return str(uuid4())


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _kernel_is_synchronized() -> bool | None:
    """Ask the kernel with adjtimex(2), which chrony, ntpd and timesyncd tell; None where that is forbidden."""
    libc = _libc()
    if not hasattr(libc, "adjtimex"):
        return None
    timex = _Timex()
    if libc.adjtimex(timex) < 0:
        return None
    # modes (with its padding), offset, freq, maxerror, esterror, status: six words.
    return not timex[5] & _STA_UNSYNC
