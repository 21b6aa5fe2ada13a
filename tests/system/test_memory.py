"""Memory that is given back to the machine."""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path
from typing import IO

from device.cli.memory.steps import memory
from device.system.memory import Reclaimable, release

_BYTES = 32 * 1024 * 1024
# Less than what glibc maps on its own, and then gives back at once.
_BLOCK_BYTES = 64 * 1024


def test_a_mapped_file_takes_no_memory_once_it_is_released(tmp_path: Path) -> None:
    """What was there is read again by whoever asks."""
    path = tmp_path / "file"
    path.write_bytes(b"\1" * _BYTES)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        assert content[:: mmap.PAGESIZE] == b"\1" * (_BYTES // mmap.PAGESIZE)
        before = memory()["rss_mb"]
        release(file)
        assert before - memory()["rss_mb"] > 0.9 * _BYTES / 1e6
        assert content[_BYTES // 2] == 1


def test_what_a_process_has_changed_of_its_own_copy_stays(tmp_path: Path) -> None:
    """A private mapping is left alone: its changes are nowhere else."""
    path = tmp_path / "file"
    path.write_bytes(bytes(mmap.PAGESIZE))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as content:
        content[0] = 7
        release(file)
        assert content[0] == 7


def test_what_was_read_of_a_library_is_given_back_and_read_again(tmp_path: Path) -> None:
    """Its code, for instance, of which most only runs when it starts."""
    path = tmp_path / "library"
    path.write_bytes(b"\1" * _BYTES)
    with path.open("rb") as file, _private(file, mmap.PROT_READ | mmap.PROT_EXEC) as code:
        assert code[:: mmap.PAGESIZE] == b"\1" * (_BYTES // mmap.PAGESIZE)
        reclaimable, before = Reclaimable(), memory()["rss_mb"]
        reclaimable.give_back()
        assert before - memory()["rss_mb"] > 0.9 * _BYTES / 1e6
        assert code[_BYTES // 2] == 1


def test_what_a_library_has_changed_of_itself_when_it_was_loaded_stays(tmp_path: Path) -> None:
    """Its addresses, which it protects from then on: they are nowhere else."""
    path = tmp_path / "library"
    path.write_bytes(bytes(2 * mmap.PAGESIZE))
    with path.open("rb") as file, _private(file, mmap.PROT_READ | mmap.PROT_WRITE) as addresses:
        addresses[mmap.PAGESIZE] = 7
        whole = (ctypes.c_char * len(addresses)).from_buffer(addresses)
        assert ctypes.CDLL(None).mprotect(whole, len(addresses), mmap.PROT_READ) == 0
        Reclaimable().give_back()
        assert addresses[mmap.PAGESIZE] == 7
        del whole


def test_what_has_just_appeared_stays_until_the_next_time(tmp_path: Path) -> None:
    """Another thread may be loading it, and about to write to it."""
    path = tmp_path / "library"
    path.write_bytes(b"\1" * _BYTES)
    reclaimable = Reclaimable()
    with path.open("rb") as file, _private(file, mmap.PROT_READ) as code:
        assert code[:: mmap.PAGESIZE] == b"\1" * (_BYTES // mmap.PAGESIZE)
        before = memory()["rss_mb"]
        reclaimable.give_back()
        assert code[_BYTES // 2] == 1
        kept = memory()["rss_mb"]
        reclaimable.give_back()
        assert kept - memory()["rss_mb"] > 0.9 * _BYTES / 1e6
    assert before - kept < 0.9 * _BYTES / 1e6


def _private(file: IO[bytes], protection: int) -> mmap.mmap:
    return mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, protection)


def test_what_is_free_between_what_is_in_use_is_given_back() -> None:
    """The C library keeps it otherwise: it shrinks its heap only at the end, and there something is in use."""
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = (ctypes.c_void_p,)
    reclaimable = Reclaimable()
    blocks = [library.malloc(_BLOCK_BYTES) for _ in range(_BYTES // _BLOCK_BYTES)]
    for block in blocks:
        ctypes.memset(block, 1, _BLOCK_BYTES)
    for block in blocks[:-1]:
        library.free(block)
    before = memory()["anonymous_mb"]
    reclaimable.give_back()
    assert before - memory()["anonymous_mb"] > 0.9 * _BYTES / 1e6
    library.free(blocks[-1])
