"""Files on a disk that cannot read all of them any more."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Pread: TypeAlias = Callable[[int, int, int], bytes]
"""Reads from a descriptor a number of bytes at a place, as os.pread does."""

_BLOCK_BYTES = 4096


def read_what_can_be_read(path: Path, pread: Pread = os.pread) -> tuple[bytes, bool]:
    """Return the content of a file, with zeros in the place of each block that the disk does not return.

    Args:
        path: of a plain file.
        pread: see Pread.

    Returns:
        The content, and whether all of it was read.

    Raises:
        OSError: the file cannot be opened, or what is wrong is not the disk.
    """
    content = bytearray()
    is_whole = True
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        while len(content) < size:
            wanted = min(_BLOCK_BYTES, size - len(content))
            try:
                block = pread(file.fileno(), wanted, len(content))
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                block, is_whole = bytes(wanted), False
            if not block:
                break
            content += block
    return bytes(content), is_whole
