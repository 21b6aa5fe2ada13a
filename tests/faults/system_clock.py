"""A system clock for one process, wrong by what a file contains at each moment (libfaketime)."""

from __future__ import annotations

from pathlib import Path

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def faked_clock(folder: Path) -> tuple[Path, dict[str, str]]:
    """Return the file, which takes "+0", "-40d" or "+1h", and the environment of the process.

    The monotonic clock is right, as it is in the kernel when somebody sets the time.
    """
    assert _LIBRARIES, "libfaketime is missing: apt-get install libfaketime"
    clock = folder / "clock"
    clock.write_text("+0")
    return clock, {
        "LD_PRELOAD": str(_LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
