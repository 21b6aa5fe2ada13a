"""How the machine fares: temperature, power, wireless network and disk, read from the kernel."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from device.system.machine import cpu_temperature

_HWMON = Path("/sys/class/hwmon")
_WIRELESS = Path("/proc/net/wireless")
# The kernel's driver for the voltage that the firmware of a Raspberry Pi watches.
_RASPBERRY_PI_VOLTAGE = "rpi_volt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What changes slowly. None stands for what a machine does not report.

    Attributes:
        cpu_temperature: in degrees Celsius.
        wifi_signal: in dBm, so below zero; the less, the weaker.
        disk_free: percent of the file system with the state directory that the node could still fill.
    """

    cpu_temperature: float | None = None
    wifi_signal: float | None = None
    disk_free: float | None = None


def read_vitals(folder: Path) -> Vitals:
    """Return how this machine fares.

    Args:
        folder: on the file system that counts.
    """
    return Vitals(
        cpu_temperature=cpu_temperature(), wifi_signal=wifi_signal(), disk_free=disk_free(folder)
    )


def wifi_signal(wireless: Path = _WIRELESS) -> float | None:
    """Return the level at which the first wireless interface receives its network, in dBm; None without a network.

    Args:
        wireless: the kernel's table (proc(5)), two lines of titles and then one line an interface.
    """
    try:
        lines = wireless.read_text(encoding="ascii").splitlines()[2:]
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        _interface, _colon, numbers = line.partition(":")
        match numbers.split():
            case [_status, _link, level, *_rest]:
                signal = _number(level)
                # Drivers that do not measure in dBm, and interfaces without a network, are at zero or above.
                if signal is not None and signal < 0:
                    return signal
    return None


def disk_free(folder: Path) -> float | None:
    """Return how much of a folder's file system its user could still fill, in percent; None if it cannot be asked."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    # What only root may fill counts neither as free nor as a part of the whole, as in df(1).
    usable = disk.f_blocks - disk.f_bfree + disk.f_bavail
    return 100 * disk.f_bavail / usable if usable > 0 else None


def under_voltage_alarm(hwmon: Path = _HWMON) -> Path | None:
    """Return the file that says whether the supply's voltage is too low; None on what is not a Raspberry Pi."""
    try:
        for name in sorted(hwmon.glob("hwmon*/name")):
            if name.read_text(encoding="utf-8").strip() == _RASPBERRY_PI_VOLTAGE:
                return name.with_name("in0_lcrit_alarm")
    except (OSError, UnicodeDecodeError):
        pass
    return None


def is_alarmed(alarm: Path | None) -> bool | None:
    """Return what an alarm's file says; None without one, or if it says neither 0 nor 1."""
    if alarm is None:
        return None
    try:
        return {"0": False, "1": True}.get(alarm.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError):
        return None


def _number(text: str) -> float | None:
    # A full stop behind a number says that the driver has measured it since it was last read.
    try:
        return float(text)
    except ValueError:
        return None
