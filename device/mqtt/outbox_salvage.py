"""What can be read from the outbox's file although SQLite cannot, or must not: each row that lies there whole. Pure.

Neither the schema nor the trees of pages are needed, which may be what is damaged: a row is found by the shape of its
header, wherever it lies, and recognised by its checksum. A page that the write-ahead log may have changed is looked at
as it was before and after: an event may come twice, and is not lost.
See https://www.sqlite.org/fileformat.html#b_tree_pages.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from device.mqtt.outbox_rows import COLUMNS, RELEASED_COLUMNS, Value, from_row
from device.mqtt.waiting_event import Event
from device.mqtt.write_ahead_log import Log, read_log

_USUAL_PAGE = 4096
_PAGE_SIZES = frozenset(2**exponent for exponent in range(9, 17))
_PAGE_SIZE_AT, _APPLICATION_ID_AT = 16, 68
# A row's header: its length in bytes, then for each column what is in it. The first column is `position`, which SQLite
# keeps elsewhere, and the second one a text.
_ROW_HEADER = re.compile(rb"(?=[\x06-\x40]\x00[\x0d-\xff])", re.DOTALL)
_TEXT_FROM, _BLOB_FROM = 13, 12
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_DOUBLE = struct.Struct(">d")
_NOTHING, _REAL, _ZERO, _ONE = 0, 7, 8, 9
_VARINT_BYTES = 9
_GOES_ON = 0x80
# A row that is longer is none; an event has a few kilobytes.
_LONGEST_BYTES = 2**20
# Pages that are looked at to put one long row together, of which more than one version may be known.
_MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was read.

    Attributes:
        events: the oldest first.
        damaged: rows that were recognised as such and are not whole anywhere.
    """

    events: tuple[Event, ...]
    damaged: int


def is_log_foreign(database: bytes, log: Log) -> bool:
    """Whether a write-ahead log belongs to another database: SQLite would mix the two.

    The first page of each outbox has a number that no other one has.
    """
    own = database[_APPLICATION_ID_AT:][:4]
    others = {frame.content[_APPLICATION_ID_AT:][:4] for frame in log.committed if frame.page == 1}
    # 0 is a file whose number is still in its log.
    return int.from_bytes(own) != 0 and bool(others - {own})


def page_size_of(database: bytes) -> int:
    """Return the size of a database's pages in bytes; the usual one, where its header makes no sense."""
    size = int.from_bytes(database[_PAGE_SIZE_AT:][:2])
    size = 2**16 if size == 1 else size
    return size if size in _PAGE_SIZES else _USUAL_PAGE


def salvage(database: bytes, log: bytes, *, is_log_right: bool) -> Salvaged:
    """Return what can be read of an outbox.

    Args:
        database: content of its file.
        log: content of its write-ahead log; empty if there is none.
        is_log_right: whether there is no doubt that the log belongs to the file; else a row counts that it replaces.
    """
    # The size itself may be what is damaged; everybody's file has the usual one.
    sizes = {page_size_of(database), _USUAL_PAGE}
    pages = [_Pages.of(database, log, size, is_log_right=is_log_right) for size in sorted(sizes)]
    events: dict[str, tuple[int, Event]] = {}
    damaged: set[int] = set()
    whole: set[int] = set()
    for position, event in (row for page in pages for row in page.rows()):
        if event is None:
            damaged.add(position)
            continue
        whole.add(position)
        events.setdefault(event.event_id, (position, event))
    in_order = sorted(events.values(), key=lambda row: row[0])
    return Salvaged(tuple(event for _, event in in_order), len(damaged - whole))


class _Pages:
    """The pages of a database, each in all its versions that may be the right one.

    Args:
        versions: by number, from 1; the newest first.
        size: of a page in bytes.
    """

    def __init__(self, versions: Mapping[int, Sequence[bytes]], size: int) -> None:
        self._versions = versions
        self._size = size

    @classmethod
    def of(cls, database: bytes, log: bytes, size: int, *, is_log_right: bool) -> _Pages:
        """Return the pages of a file and of its log."""
        read = read_log(log, size)
        old = {
            number: database[start : start + size]
            for number, start in enumerate(range(0, len(database), size), start=1)
        }
        new = {frame.page: frame.content for frame in read.committed}
        versions = {number: [page] for number, page in (old | new).items()}
        for number in new.keys() & old.keys() if not is_log_right else ():
            versions[number].append(old[number])
        for frame in read.passed_over:
            versions.setdefault(frame.page, []).insert(0, frame.content)
        return cls(versions, size)

    def rows(self) -> Iterator[tuple[int, Event | None]]:
        """Give position and event of each row; None for the event of one that is not whole."""
        for number in sorted(self._versions):
            for page in self._versions[number]:
                for match in _ROW_HEADER.finditer(page):
                    yield from self._row(page, match.start())

    def _row(self, page: bytes, start: int) -> Iterator[tuple[int, Event | None]]:
        kinds = _kinds(page, start)
        if kinds is None:
            return
        lengths = [_length(kind) for kind in kinds]
        size = page[start] + sum(lengths)
        position = _position(page, start, size)
        is_old = len(kinds) < 1 + len(COLUMNS) or kinds[-1] == _NOTHING
        # Without a checksum a row is believed where it lies as SQLite has put it, and not where one was deleted.
        if size > _LONGEST_BYTES or (is_old and position is None):
            return
        for content in self._contents(page, start, size):
            event = from_row(_values(content[page[start] :], kinds, lengths))
            if event is not None:
                yield (2**63 if position is None else position), event
                return
        if position is not None:
            yield position, None

    def _contents(self, page: bytes, start: int, size: int) -> Iterator[bytes]:
        """Give what a row of some length may hold: what does not fit on its page lies on others that it names."""
        local = _local_bytes(size, self._size)
        content = page[start : start + local]
        if local == size:
            yield content
            return
        following = page[start + local : start + local + 4]
        for rest in self._overflow(int.from_bytes(following), size - local):
            yield content + rest

    def _overflow(self, number: int, size: int) -> Iterator[bytes]:
        """Give the ways in which pages that name each other make up a number of bytes."""
        ways = [(number, b"")]
        for _ in range(_MOST_STEPS):
            if not ways:
                return
            number, content = ways.pop()
            for page in reversed(self._versions.get(number, ())):
                longer = content + page[4 : 4 + size - len(content)]
                if len(longer) == size:
                    yield longer
                elif len(longer) > len(content):
                    ways.append((int.from_bytes(page[:4]), longer))


def _kinds(page: bytes, start: int) -> list[int] | None:
    """Return what a row's header says of its columns; None if this is none."""
    at, end = start + 1, start + page[start]
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(page, at)
        kinds.append(kind)
    if at != end or len(kinds) not in {1 + len(RELEASED_COLUMNS), 1 + len(COLUMNS)}:
        return None
    position, event_id, payload, *_ = kinds
    is_shaped = position == _NOTHING and _is_text(event_id) and _is_text(payload)
    return kinds if is_shaped and not {10, 11} & set(kinds) else None


def _is_text(kind: int) -> bool:
    return kind >= _TEXT_FROM and kind % 2 == 1


def _length(kind: int) -> int:
    if kind in _INTEGER_BYTES:
        return _INTEGER_BYTES[kind]
    if kind == _REAL:
        return _DOUBLE.size
    return (kind - _BLOB_FROM) // 2 if kind >= _BLOB_FROM else 0


def _values(content: bytes, kinds: Sequence[int], lengths: Sequence[int]) -> list[Value]:
    """Return the values of the columns after `position`; None for those that an older Facet did not write."""
    values: list[Value] = []
    at = 0
    for kind, length in zip(kinds[1:], lengths[1:], strict=True):
        values.append(_value(kind, content[at : at + length]))
        at += length
    return values + [None] * (len(COLUMNS) - len(values))


def _value(kind: int, content: bytes) -> Value:
    if kind == _NOTHING:
        return None
    if kind in {_ZERO, _ONE}:
        return kind - _ZERO
    if kind in _INTEGER_BYTES:
        return int.from_bytes(content, signed=True)
    if kind == _REAL:
        # Of a row that is cut off, too few bytes are left.
        number: float = _DOUBLE.unpack(content.ljust(_DOUBLE.size, b"\0"))[0]
        return number
    return content.decode(errors="replace") if _is_text(kind) else content


def _position(page: bytes, start: int, size: int) -> int | None:
    """Return the number of a row, which lies before its header and behind its size; None if it is not there."""
    encoded = _encoded(size)
    for length in range(1, _VARINT_BYTES + 1):
        number_at = start - length
        if number_at < len(encoded):
            return None
        if page[number_at - len(encoded) : number_at] == encoded:
            number, end = _varint(page, number_at)
            if end == start:
                return number
    return None


def _local_bytes(size: int, page_size: int) -> int:
    """Return how many bytes of a row lie on its own page."""
    most = page_size - 35
    if size <= most:
        return size
    least = (page_size - 12) * 32 // 255 - 23
    local = least + (size - least) % (page_size - 4)
    return local if local <= most else least


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """Return a number of SQLite's variable length, and where it ends."""
    number = 0
    for count, byte in enumerate(page[at : at + _VARINT_BYTES], start=1):
        if count == _VARINT_BYTES:
            return number << 8 | byte, at + count
        number = number << 7 | byte & 0x7F
        if not byte & _GOES_ON:
            return number, at + count
    return number, at + _VARINT_BYTES


def _encoded(number: int) -> bytes:
    """Return a number as SQLite writes it, if it has less than nine groups of seven bits."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | _GOES_ON)
    return bytes(reversed(groups))
