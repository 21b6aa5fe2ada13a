"""Giving memory back to the machine; where the C library cannot, nothing happens."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO

_MAPS = Path("/proc/self/maps")
_MEASURED_MAPS = Path("/proc/self/smaps")
# Each mapping is a line as in maps, and then one for each figure: proc(5). Those of libraries are private (p);
# Anonymous is what is in no file.
_MAPPING = re.compile(
    r"^([0-9a-f]+-[0-9a-f]+) .(.).p \S+ \S+ (\d+).*?^Anonymous: +(\d+) kB$",
    re.MULTILINE | re.DOTALL,
)
# From <sys/mman.h>, and glibc's <malloc.h>.
_MADV_DONTNEED = 4
_M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Let all threads allocate from one heap; only of that one does glibc give everything back that is free.

    To be called before there are other threads. Python's threads hardly ever allocate at the same time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


class Reclaimable:
    """What a process does not need while it has nothing to do; whatever it needs again it fetches again.

    It is what the C library keeps of freed memory, and what was read of programs and libraries: most of their code only
    runs once, when they start. The system keeps that as files that somebody has read, for as long as it likes.
    """

    def __init__(self) -> None:
        self._seen = _unchanged_parts_of_libraries()

    def give_back(self) -> None:
        """Give it back; takes some milliseconds."""
        found = _unchanged_parts_of_libraries()
        # Not what has just appeared: while another thread loads a library, a part that is about to be written to looks
        # like one that cannot be.
        for start, end in found & self._seen:
            _forget(start, end)
        self._seen = found
        # At last, because all this has needed memory as well.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def release(file: IO[bytes]) -> None:
    """Give back the memory in which a file is mapped read-only; whoever reads there again has it read again.

    Args:
        file: open, and perhaps mapped by a library of this process.
    """
    found = os.fstat(file.fileno())
    for line in _MAPS.read_text(encoding="utf-8", errors="replace").splitlines():
        area, permissions, _, _, inode, *_ = line.split()
        # Of a private mapping, what this process has changed would be lost.
        if int(inode) == found.st_ino and permissions == "r--s":
            _forget(*_ends(area))


def _unchanged_parts_of_libraries() -> frozenset[tuple[int, int]]:
    """Return where parts of files are mapped that this process may not write to, and has not: start and end."""
    try:
        text = _MEASURED_MAPS.read_text(encoding="utf-8", errors="replace")
    except OSError:  # a kernel without it
        return frozenset()
    return frozenset(
        _ends(area)
        for area, may_write, inode, changed in _MAPPING.findall(text)
        if may_write != "w" and inode != "0" and changed == "0"
    )


def _ends(area: str) -> tuple[int, int]:
    start, end = (int(part, 16) for part in area.split("-"))
    return start, end


def _forget(start: int, end: int) -> None:
    _madvise()(start, end - start, _MADV_DONTNEED)


@cache
def _madvise() -> Callable[[int, int, int], int]:
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    return madvise
