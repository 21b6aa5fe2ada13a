"""Facts about the machine and its processes, read from the kernel."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")
_MODEL = Path("/proc/device-tree/model")
_SERIAL = Path("/proc/device-tree/serial-number")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Machine:
    """The board that the node runs on, as far as it is known: its model and its serial number."""

    model: str | None = None
    serial_number: str | None = None


def machine() -> Machine:
    """Return what this node runs on."""
    return Machine(board(), serial_number())


def cpu_temperature(sensor: Path = _TEMPERATURE) -> float | None:
    """Return the processor's temperature in degrees Celsius; None on machines that do not report it."""
    try:
        return round(int(sensor.read_text(encoding="ascii")) / 1000, 1)
    except (OSError, ValueError):
        return None


def board(model: Path = _MODEL) -> str | None:
    """Return the model of the board, for instance "Raspberry Pi 4 Model B Rev 1.5"; None elsewhere."""
    return _property(model)


def serial_number(serial: Path = _SERIAL) -> str | None:
    """Return the board's serial number; None where it has none."""
    return _property(serial)


def _property(file: Path) -> str | None:
    """Read one of the device tree's texts, which end with a zero byte."""
    try:
        return file.read_text(encoding="utf-8").rstrip("\0").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def resident_bytes(pid: int) -> int:
    """Return the memory that a process keeps resident (proc(5), statm).

    Raises:
        OSError: there is no such process.
    """
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used so far, user and system (proc(5), stat).

    Raises:
        OSError: there is no such process.
    """
    # The name of the program, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
