"""A disk that fails to read some blocks still returns the others."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from device.system.partial_read import Pread, read_what_can_be_read

BLOCK = 4096
CONTENT = bytes(range(256)) * 64 + b"the end"


def failing(*blocks: int, with_errno: int = errno.EIO) -> Pread:
    """Return what reads a file, but for some of its blocks."""

    def pread(descriptor: int, size: int, at: int) -> bytes:
        if at // BLOCK in blocks:
            raise OSError(with_errno, os.strerror(with_errno))
        return os.pread(descriptor, size, at)

    return pread


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of four blocks and a bit."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


def test_a_file_is_read_as_a_whole(path: Path) -> None:
    """As usual."""
    assert read_what_can_be_read(path) == (CONTENT, True)


def test_blocks_that_cannot_be_read_are_zeros(path: Path) -> None:
    """All else is in its place; it is said that something is missing."""
    content, is_whole = read_what_can_be_read(path, failing(1, 4))
    assert not is_whole
    assert content == CONTENT[:BLOCK] + bytes(BLOCK) + CONTENT[2 * BLOCK : 4 * BLOCK] + bytes(7)


def test_what_is_not_the_disk_s_fault_is_an_error(path: Path) -> None:
    """Nobody may take it for zeros."""
    with pytest.raises(PermissionError):
        read_what_can_be_read(path, failing(1, with_errno=errno.EPERM))
