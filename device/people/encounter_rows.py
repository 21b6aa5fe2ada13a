"""The gallery's table of unknown visitors; each function is a part of the transaction that calls it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime

from device.people.embedding import checked_embedding, checksum, encoded
from device.people.facts import TRACES, read_fact, write_fact
from device.people.person import NewReference
from device.people.stored import read_embedding, read_time, stored_time
from device.people.visitors import Encounter

_LOG = logging.getLogger(__name__)

_NEWEST = "newest_visitor"
"""Of facts: the number that was given last."""


def select_encounters(database: sqlite3.Connection) -> Iterator[Encounter]:
    """Yield every visit of somebody unknown, the oldest first; a damaged one is logged and left out."""
    rows = database.execute(
        "SELECT id, visitor, embedding, checksum, quality, began_at, ended_at FROM encounters ORDER BY id"
    )
    for id_, visitor, data, found, quality, began_at, ended_at in rows:
        try:
            face = NewReference(read_embedding(data, found), float(quality))
            yield Encounter(id_, int(visitor), face, read_time(began_at), read_time(ended_at))
        except (ValueError, TypeError) as error:
            _LOG.warning("A visit of an unknown visitor is damaged (%s) and left out", error)


def has_encounters(database: sqlite3.Connection) -> bool:
    """Whether any visit is kept."""
    row = database.execute("SELECT EXISTS (SELECT 1 FROM encounters)").fetchone()
    return bool(row[0])


def insert_encounter(
    database: sqlite3.Connection, visitor: int | None, face: NewReference, at: datetime
) -> None:
    """Add a visit.

    Args:
        database: of the gallery.
        visitor: the number of whoever came; None for somebody who was not here before.
        face: of the visitor.
        at: when, in UTC.

    Raises:
        ValueError: the embedding is none.
    """
    if visitor is None:
        visitor = int(read_fact(database, _NEWEST) or 0) + 1
        write_fact(database, _NEWEST, str(visitor))
    data = encoded(checked_embedding(face.embedding))
    database.execute(
        "INSERT INTO encounters (visitor, embedding, checksum, quality, began_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
        (visitor, data, checksum(data), face.quality, stored_time(at), stored_time(at)),
    )


def prolong_encounter(
    database: sqlite3.Connection, encounter: Encounter, face: NewReference, at: datetime
) -> None:
    """Let a visit go on, with the better one of its faces.

    Raises:
        ValueError: the embedding is none.
    """
    better = face if face.quality > encounter.face.quality else encounter.face
    data = encoded(checked_embedding(better.embedding))
    database.execute(
        "UPDATE encounters SET embedding = ?, checksum = ?, quality = ?, ended_at = ? WHERE id = ?",
        (data, checksum(data), better.quality, stored_time(at), encounter.id),
    )


def delete_visitors(database: sqlite3.Connection, visitors: Collection[int] | None = None) -> int:
    """Delete all visits of some visitors, or of everybody.

    Args:
        database: of the gallery.
        visitors: their numbers; None for everybody.

    Returns:
        How many visits there were.
    """
    if visitors is None:
        return _deleted(database, database.execute("DELETE FROM encounters").rowcount)
    return _deleted(database, _delete_each(database, "visitor", visitors))


def delete_encounters(database: sqlite3.Connection, ids: Collection[int]) -> int:
    """Delete some visits, and return how many there were."""
    return _deleted(database, _delete_each(database, "id", ids))


def delete_encounters_outside(
    database: sqlite3.Connection, earliest: datetime, latest: datetime
) -> int:
    """Delete the visits that began before a moment or after another one, and those whose time is none.

    Returns:
        How many there were.
    """
    deleted = database.execute(
        "DELETE FROM encounters WHERE began_at NOT BETWEEN ? AND ?",
        (stored_time(earliest), stored_time(latest)),
    ).rowcount
    return _deleted(database, deleted)


def _delete_each(database: sqlite3.Connection, column: str, values: Collection[int]) -> int:
    query = f"DELETE FROM encounters WHERE {column} = ?"  # noqa: S608 - one of two constants
    return sum(database.execute(query, (value,)).rowcount for value in values)


def _deleted(database: sqlite3.Connection, count: int) -> int:
    if count:
        write_fact(database, TRACES, "1")
    return count
