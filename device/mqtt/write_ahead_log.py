"""SQLite's write-ahead log, read without SQLite: which frames it has, and whether SQLite would pass any over. Pure.

SQLite reads a log up to the first frame whose checksum is wrong, and drops the rest without a word: it takes that for
the end of what was written before a power cut. Of a log that was damaged later it drops what was committed.
See https://www.sqlite.org/fileformat.html#the_write_ahead_log.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
# The last bit says in which order the bytes of a checksum's words are.
_MAGIC, _IS_BIG_ENDIAN = 0x377F0682, 1
_WORD = 0xFFFFFFFF
# Bytes of the log's header and of a frame's that a checksum covers.
_HEADER_CHECKED, _FRAME_CHECKED = 24, 8


@dataclass(frozen=True, slots=True)
class Frame:
    """A page as one transaction has left it.

    Attributes:
        page: its number, from 1.
        content: its bytes.
    """

    page: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Log:
    """What a write-ahead log holds, in the order in which it was written.

    Attributes:
        committed: what SQLite reads.
        passed_over: what it would drop, and what may have been committed: each frame behind that has any sign of
            belonging to the same use of the file.
        is_whole: whether nothing is passed over, and the file does not end within a frame.
    """

    committed: tuple[Frame, ...] = ()
    passed_over: tuple[Frame, ...] = ()
    is_whole: bool = True


def read_log(content: bytes, page_size: int) -> Log:
    """Return what a log holds.

    Args:
        content: of the file; empty if there is none.
        page_size: of the database, in bytes.
    """
    if not content:
        return Log()
    if len(content) < _HEADER.size:
        return Log(is_whole=False)
    magic, _version, logged_size, _count, *salts, sum0, sum1 = _HEADER.unpack_from(content)
    order = ">" if magic & _IS_BIG_ENDIAN else "<"
    is_valid = is_header_valid = (
        magic & ~_IS_BIG_ENDIAN == _MAGIC
        and logged_size == page_size
        and _checksum(order, content[:_HEADER_CHECKED], (0, 0)) == (sum0, sum1)
    )
    frames: list[Frame] = []
    committed = own = 0
    checksum = sum0, sum1
    frame_size = _FRAME.size + page_size
    for offset in range(_HEADER.size, len(content) - frame_size + 1, frame_size):
        page, database_size, salt0, salt1, sum0, sum1 = _FRAME.unpack_from(content, offset)
        body = content[offset + _FRAME.size : offset + frame_size]
        frames.append(Frame(page, body))
        if is_valid:
            checked = content[offset : offset + _FRAME_CHECKED]
            checksum = _checksum(order, body, _checksum(order, checked, checksum))
            is_valid = [salt0, salt1] == salts and checksum == (sum0, sum1)
        if is_valid and database_size:
            committed = len(frames)
        # One of the two salts is enough: the other one may be what is damaged.
        if salt0 == salts[0] or salt1 == salts[1] or not is_header_valid:
            own = len(frames)
    is_cut = own == len(frames) and (len(content) - _HEADER.size) % frame_size != 0
    return Log(
        committed=tuple(frames[:committed]),
        passed_over=tuple(frames[committed:own]),
        is_whole=is_header_valid and own <= committed and not is_cut,
    )


def _checksum(order: str, content: bytes, seed: tuple[int, int]) -> tuple[int, int]:
    sum0, sum1 = seed
    words = iter(struct.unpack(f"{order}{len(content) // 4}I", content))
    for even, odd in zip(words, words, strict=True):
        sum0 = (sum0 + even + sum1) & _WORD
        sum1 = (sum1 + odd + sum0) & _WORD
    return sum0, sum1
