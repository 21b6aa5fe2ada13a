"""The parts of a multipart body (MJPEG over HTTP) as they arrive; no input or output."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
# "--" and at least two characters: shorter lines would be found within pictures by chance.
_SHORTEST_DELIMITER = 4


class NotMultipartError(ValueError):
    """The body does not begin with a delimiter."""


@dataclass(frozen=True, slots=True)
class Part:
    """What came between two delimiters.

    Attributes:
        data: without its header.
        announced: bytes, from its Content-Length; None if it has none.
    """

    data: bytes
    announced: int | None


class Parts:
    """Cuts a body into its parts.

    The delimiter is taken from the first line of the body: cameras often announce another one in their header. A part
    ends at the next delimiter, even if that comes before the announced length, so that one that ends early takes
    nothing from the next.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._delimiter = b""

    @property
    def held(self) -> int:
        """Bytes of the part that has not ended yet."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> list[Part]:
        """Return the parts that end in this chunk.

        Raises:
            NotMultipartError: the body does not begin with a delimiter.
        """
        self._buffer += chunk
        parts: list[Part] = []
        while part := self._next():
            parts.append(part)
        return parts

    def rest(self) -> Part | None:
        """Return the part that was not yet complete when the body ended; None if none had begun."""
        head = self._head()
        if head is None:
            return None
        start, announced = head
        return Part(bytes(self._buffer[start:]), announced)

    def _next(self) -> Part | None:
        head = self._head()
        if head is None:
            return None
        start, announced = head
        end = self._buffer.find(self._delimiter, start)
        if announced is not None and (end < 0 or end >= start + announced):
            end = start + announced
            if len(self._buffer) < end:
                return None
            data = bytes(self._buffer[start:end])
        elif end < 0:
            return None
        else:
            data = _without_line_end(bytes(self._buffer[start:end]))
        del self._buffer[:end]
        return Part(data, announced)

    def _head(self) -> tuple[int, int | None] | None:
        """Return where the data of the part begins, and the announced length; None before the header has come."""
        if not self._is_at_delimiter():
            return None
        end = _HEAD_END.search(self._buffer, len(self._delimiter))
        if end is None:
            return None
        length = _LENGTH.search(self._buffer, len(self._delimiter), end.end())
        return end.end(), int(length[1]) if length else None

    def _is_at_delimiter(self) -> bool:
        """Drop what stands before the next delimiter; return whether one is there."""
        if not self._delimiter:
            return self._learn_delimiter()
        start = self._buffer.find(self._delimiter)
        if start < 0:
            # The first half of a delimiter may be at the end.
            del self._buffer[: max(0, len(self._buffer) - len(self._delimiter) + 1)]
            return False
        del self._buffer[:start]
        return True

    def _learn_delimiter(self) -> bool:
        del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))]
        line, ended, _ = self._buffer.partition(b"\n")
        begun = bytes(line.rstrip())
        if not b"--".startswith(begun[:2]) or (ended and len(begun) < _SHORTEST_DELIMITER):
            raise NotMultipartError
        if not ended:
            return False
        self._delimiter = begun
        return True


def _without_line_end(data: bytes) -> bytes:
    """Remove the line end that belongs to the delimiter behind it."""
    return data.removesuffix(b"\n").removesuffix(b"\r") if data.endswith(b"\n") else data
