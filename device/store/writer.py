"""What becomes of a batch: its rows in the table, each once, and beside them what cannot be stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import LiteralString

import psycopg

from device.store.database import Connection, connected, explained
from device.store.message import DeadLetter, Message, Row, read
from device.store.schema import require_current

MOST_LETTERS = 10_000
"""Dead letters that are kept; of more, the oldest are deleted."""

# Classes of SQLSTATE that speak of the row alone: its data, its integrity, its size. Everything else may be over later.
_OF_THE_ROW = frozenset({"22", "23", "54"})


def _insert(table: LiteralString, row: type[Row | DeadLetter]) -> LiteralString:
    names = [field.name for field in fields(row)]
    values = ", ".join(["%s"] * len(names))
    return f"insert into {table} ({', '.join(names)}) values ({values})"  # noqa: S608 - this module's own names


def _values(row: Row | DeadLetter) -> tuple[object, ...]:
    """Return the values in the order of _insert; dataclasses.astuple would copy each of them deeply."""
    return tuple(getattr(row, field.name) for field in fields(row))


# No conflict target: that would take the right to read the table.
_STORE = _insert("facet.observation", Row) + " on conflict do nothing"
_SET_ASIDE = _insert("facet.dead_letter", DeadLetter)
_TRIM: LiteralString = (
    "delete from facet.dead_letter where id <= (select max(id) from facet.dead_letter) - %s"
)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of messages.

    Attributes:
        stored: rows that are new.
        repeated: those that had been stored before.
        set_aside: dead letters.
    """

    stored: int = 0
    repeated: int = 0
    set_aside: int = 0

    def __add__(self, other: Written) -> Written:
        """Return both together."""
        return Written(
            self.stored + other.stored,
            self.repeated + other.repeated,
            self.set_aside + other.set_aside,
        )


class Writer:
    """Stores batches with a role that may insert and nothing else.

    Args:
        connection: outside of a transaction.
        most_letters: dead letters that are kept.
    """

    def __init__(self, connection: Connection, most_letters: int = MOST_LETTERS) -> None:
        self._connection = connection
        self._most_letters = most_letters

    def write(self, messages: Sequence[Message]) -> Written:
        """Store all of them in one transaction, which is on the disk when this returns.

        Raises:
            DatabaseError: nothing of it was stored; another attempt may succeed.
        """
        made = [(message, read(message)) for message in messages]
        rows = [(message, row) for message, row in made if isinstance(row, Row)]
        letters = [letter for _, letter in made if isinstance(letter, DeadLetter)]
        with explained():
            try:
                return self._commit([row for _, row in rows], letters)
            except psycopg.Error as error:
                if not _is_of_the_row(error):
                    raise
            return self._one_by_one(rows, letters)

    def _commit(self, rows: Sequence[Row], letters: Sequence[DeadLetter]) -> Written:
        with self._connection.transaction():
            stored = self._store(rows)
            self._set_aside(letters)
        return Written(stored, len(rows) - stored, len(letters))

    def _one_by_one(
        self, rows: Sequence[tuple[Message, Row]], letters: list[DeadLetter]
    ) -> Written:
        """Find the row that PostgreSQL refuses, although nothing was wrong with its message."""
        stored = repeated = 0
        with self._connection.transaction():
            for message, row in rows:
                try:
                    with self._connection.transaction():
                        is_new = self._store([row])
                except psycopg.Error as error:
                    if not _is_of_the_row(error):
                        raise
                    reason = f"PostgreSQL refuses it: {type(error).__name__}"
                    letters.append(DeadLetter.of(message, reason))
                else:
                    stored += is_new
                    repeated += not is_new
            self._set_aside(letters)
        return Written(stored, repeated, len(letters))

    def _store(self, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        with self._connection.cursor() as cursor:
            cursor.executemany(_STORE, map(_values, rows))
            return cursor.rowcount

    def _set_aside(self, letters: Sequence[DeadLetter]) -> None:
        if letters:
            with self._connection.cursor() as cursor:
                cursor.executemany(_SET_ASIDE, map(_values, letters))
                cursor.execute(_TRIM, (self._most_letters,))


@contextmanager
def open_writer(database: str) -> Iterator[Writer]:
    """Give a writer, if the schema is current.

    Raises:
        DatabaseError: the database cannot be reached, or is not ready.
    """
    with connected(database, is_bounded=True) as connection:
        require_current(connection)
        yield Writer(connection)


def _is_of_the_row(error: psycopg.Error) -> bool:
    # psycopg itself refuses some data, without a state.
    return (error.sqlstate or "")[:2] in _OF_THE_ROW or isinstance(error, psycopg.DataError)
