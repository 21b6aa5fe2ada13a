"""Facts about the machine and its processes, read from the kernel."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from device.system.network import mac_address

_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")
_MODEL = Path("/proc/device-tree/model")
_SERIAL = Path("/proc/device-tree/serial-number")
_COMPATIBLE = Path("/proc/device-tree/compatible")
_REVISION = Path("/proc/device-tree/system/linux,revision")
_REVISION_BYTES = 4
_CPUINFO = Path("/proc/cpuinfo")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the node runs on, as far as it is known.

    Attributes:
        model: the board's name.
        serial_number: the board's.
        model_id: the board's name for programs, such as "raspberrypi,4-model-b".
        revision: of the board, in hexadecimal digits as a Raspberry Pi's documentation lists them.
        mac_address: of the network interface that leads away from the machine, such as "dc:a6:32:01:02:03".
    """

    model: str | None = None
    serial_number: str | None = None
    model_id: str | None = None
    revision: str | None = None
    mac_address: str | None = None


def machine() -> Machine:
    """Return what this node runs on, and where in the network it is now."""
    return Machine(
        model=board(),
        serial_number=serial_number(),
        model_id=model_id(),
        revision=revision(),
        mac_address=mac_address(),
    )


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


def model_id(compatible: Path = _COMPATIBLE) -> str | None:
    """Return the board's name for programs, the first of those in the device tree; None elsewhere."""
    names = _property(compatible)
    return names.split("\0")[0] if names else None


def revision(file: Path = _REVISION) -> str | None:
    """Return the code of a Raspberry Pi's revision, for instance "c03115"; None elsewhere."""
    try:
        code = file.read_bytes()
    except OSError:
        return None
    return (
        f"{int.from_bytes(code, 'big'):x}" if len(code) == _REVISION_BYTES and any(code) else None
    )


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


def peak_resident_bytes(pid: int) -> int:
    """Return the most memory that a process has kept resident so far (proc(5), VmHWM).

    Raises:
        OSError: there is no such process.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    kilobytes = status.partition("VmHWM:")[2].split(maxsplit=1)[0]
    return int(kilobytes) * 1024


def processor(cpuinfo: Path = _CPUINFO) -> str:
    """Return the processor's name as the kernel has it; on ARM, which has none, that of the architecture."""
    try:
        named = cpuinfo.read_text(encoding="utf-8").partition("model name")[2]
    except (OSError, UnicodeDecodeError):
        named = ""
    return named.partition("\n")[0].strip("\t: ") or platform.machine()


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used so far, user and system (proc(5), stat).

    Raises:
        OSError: there is no such process.
    """
    # The name of the program, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
