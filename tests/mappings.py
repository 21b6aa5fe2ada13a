"""What of a mapped file is in memory."""

from __future__ import annotations

from pathlib import Path


def resident_bytes(path: Path) -> int:
    """Return how much of a mapped file is in this process's memory; see proc(5)."""
    total, is_wanted = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        key, *rest = line.split(None, 5)
        if not key.endswith(":"):
            is_wanted = rest[4:] == [str(path)]
        elif is_wanted and key == "Rss:":
            total += int(rest[0]) * 1024
    return total
