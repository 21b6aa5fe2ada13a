"""What the gallery's tables hold, as dataclasses; each function is a part of the transaction that calls it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

import numpy as np

from device.errors import PersonNameError, UnknownPersonError
from device.people.dropped import delete_dropped, insert_dropped
from device.people.embedding import checked_embedding, checksum, digest, encoded
from device.people.facts import EMBEDDER, TRACES, write_fact
from device.people.names import name_key
from device.people.person import NewReference, Person, Reference, Tombstone
from device.people.stored import DamagedRowError, read_embedding, read_id, read_time, stored_time
from device.people.thinning import MOST_REFERENCES, most_diverse
from device.system.text import printable

_LOG = logging.getLogger(__name__)

_PEOPLE = "id, name, enrolled_at, named_at"
_REFERENCES = "id, person, embedding, checksum, quality, added_at, is_set_aside, marked_at"


def select_people(database: sqlite3.Connection) -> list[Person]:
    """Return everybody, in the order in which they were enrolled.

    Raises:
        DamagedRowError: a row is damaged.
    """
    rows = database.execute(f"SELECT {_PEOPLE} FROM people ORDER BY number")  # noqa: S608 - a constant
    return [_person(*row) for row in rows]


def select_person(database: sqlite3.Connection, person: str) -> Person:
    """Return who has an id.

    Raises:
        UnknownPersonError: nobody has it.
        DamagedRowError: a row is damaged.
    """
    for known in select_people(database):
        if known.id == person:
            return known
    raise nobody(person)


def nobody(person: str) -> UnknownPersonError:
    """Return the error for an id that nobody has."""
    message = (
        f"nobody is enrolled under the id {printable(person)}; `facet people list` shows everybody"
    )
    return UnknownPersonError(message)


def select_references(
    database: sqlite3.Connection, person: str | None = None
) -> Iterator[Reference]:
    """Yield the references of a person, or of everybody, the oldest first; a damaged one is logged and left out."""
    which, values = ("WHERE person = ?", (person,)) if person is not None else ("", ())
    query = f"SELECT {_REFERENCES} FROM person_references {which} ORDER BY id"  # noqa: S608 - constants
    for row in database.execute(query, values):
        try:
            yield _reference(*row)
        except DamagedRowError as error:
            _LOG.warning(
                "Reference %s of person %s is damaged (%s) and left out; the next picture that this person is "
                "enrolled with takes its place",
                row[0],
                row[1],
                error,
            )


def select_tombstones(database: sqlite3.Connection) -> list[Tombstone]:
    """Return who was forgotten, by id.

    Raises:
        DamagedRowError: a row is damaged.
    """
    rows = database.execute("SELECT id, forgotten_at FROM tombstones ORDER BY id")
    return [Tombstone(read_id(id_), read_time(at)) for id_, at in rows]


def insert_person(database: sqlite3.Connection, person: Person) -> None:
    """Add somebody.

    Raises:
        PersonNameError: somebody else has this name.
    """
    require_free_name(database, person)
    database.execute(
        "INSERT INTO people (id, name, name_key, enrolled_at, named_at) VALUES (?, ?, ?, ?, ?)",
        (
            person.id,
            person.name,
            name_key(person.name),
            stored_time(person.enrolled_at),
            stored_time(person.named_at),
        ),
    )


def update_person(database: sqlite3.Connection, person: Person) -> None:
    """Give somebody who is there the name and the times that the dataclass has.

    Raises:
        PersonNameError: somebody else has this name.
    """
    require_free_name(database, person)
    database.execute(
        "UPDATE people SET name = ?, name_key = ?, named_at = ?, enrolled_at = ? WHERE id = ?",
        (
            person.name,
            name_key(person.name),
            stored_time(person.named_at),
            stored_time(person.enrolled_at),
            person.id,
        ),
    )


def require_free_name(database: sqlite3.Connection, person: Person) -> None:
    """Make sure that nobody else has a person's name.

    Raises:
        PersonNameError: somebody has, if only in other letters: capitals, or accents that are written otherwise.
    """
    taken = database.execute(
        "SELECT name, id FROM people WHERE name_key = ? AND id != ?",
        (name_key(person.name), person.id),
    ).fetchone()
    if taken is not None:
        message = (
            f"{taken[0]} is the name of person {taken[1]} already, and each person needs a different one: choose "
            "another name, or rename that person first; if both are the same person, add pictures to the one who is "
            "there"
        )
        raise PersonNameError(message)


def insert_references(
    database: sqlite3.Connection, person: str, references: Iterable[NewReference], at: datetime
) -> int:
    """Add references to a person, and delete those that are too many: see thin().

    Returns:
        How many were deleted.
    """
    for reference in references:
        insert_reference(database, person, reference, at, is_set_aside=False)
    return thin(database, person)


def insert_reference(
    database: sqlite3.Connection,
    person: str,
    reference: NewReference,
    added_at: datetime,
    *,
    is_set_aside: bool,
    marked_at: datetime | None = None,
) -> None:
    """Add a reference, however many there are.

    Raises:
        ValueError: its embedding is none, or its quality is not within 0..1.
    """
    if not 0 <= reference.quality <= 1:
        message = f"a quality is within 0..1, not {reference.quality}"
        raise ValueError(message)
    data = encoded(checked_embedding(reference.embedding))
    database.execute(
        "INSERT INTO person_references "
        "(person, embedding, checksum, quality, added_at, is_set_aside, marked_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            person,
            data,
            checksum(data),
            reference.quality,
            stored_time(added_at),
            is_set_aside,
            None if marked_at is None else stored_time(marked_at),
        ),
    )
    delete_dropped(database, person, digest(data))


def delete_reference(database: sqlite3.Connection, reference: int) -> None:
    """Delete a reference by its id."""
    database.execute("DELETE FROM person_references WHERE id = ?", (reference,))


def mark_reference(
    database: sqlite3.Connection, reference: Reference, at: datetime, *, is_set_aside: bool
) -> None:
    """Set a reference aside, or have it compared again."""
    database.execute(
        "UPDATE person_references SET is_set_aside = ?, marked_at = ? WHERE id = ?",
        (is_set_aside, stored_time(at), reference.id),
    )


def thin(database: sqlite3.Connection, person: str) -> int:
    """Delete the most redundant of a person's references, of those that are compared and of those set aside.

    A damaged one goes first. Of those that go a digest is left, so that no other gallery brings them back.

    Returns:
        How many were deleted that were not damaged.
    """
    references = list(select_references(database, person))
    kept: set[int] = set()
    for is_set_aside in (False, True):
        of_kind = [r for r in references if r.is_set_aside is is_set_aside]
        if not of_kind:
            continue
        chosen = most_diverse(
            np.stack([r.embedding for r in of_kind]),
            np.array([r.quality for r in of_kind]),
            MOST_REFERENCES,
        )
        kept.update(of_kind[index].id for index in chosen)
    insert_dropped(
        database, person, [digest(encoded(r.embedding)) for r in references if r.id not in kept]
    )
    all_ids = database.execute("SELECT id FROM person_references WHERE person = ?", (person,))
    gone = [(id_,) for (id_,) in all_ids.fetchall() if id_ not in kept]
    database.executemany("DELETE FROM person_references WHERE id = ?", gone)
    return len(references) - len(kept)


def delete_person(database: sqlite3.Connection, tombstone: Tombstone) -> None:
    """Delete somebody with all references, and leave a tombstone."""
    database.execute("DELETE FROM people WHERE id = ?", (tombstone.id,))
    insert_tombstone(database, tombstone)
    write_fact(database, TRACES, "1")


def delete_all_references(database: sqlite3.Connection) -> None:
    """Delete what everybody is recognised by, and what network has made it."""
    database.execute("DELETE FROM person_references")
    write_fact(database, EMBEDDER, None)
    write_fact(database, TRACES, "1")


def insert_tombstone(database: sqlite3.Connection, tombstone: Tombstone) -> None:
    """Remember that somebody was forgotten; of two such times the newer one counts."""
    database.execute(
        "INSERT INTO tombstones (id, forgotten_at) VALUES (?, ?) "
        "ON CONFLICT (id) DO UPDATE SET forgotten_at = max(forgotten_at, excluded.forgotten_at)",
        (tombstone.id, stored_time(tombstone.forgotten_at)),
    )


def delete_tombstone(database: sqlite3.Connection, person: str) -> None:
    """Let somebody who was forgotten be enrolled under the same id."""
    database.execute("DELETE FROM tombstones WHERE id = ?", (person,))


def _person(id_: str, name: str, enrolled_at: str, named_at: str) -> Person:
    return Person(read_id(id_), name, read_time(enrolled_at), read_time(named_at))


def _reference(
    id_: int,
    person: str,
    data: bytes,
    found: int,
    quality: float,
    added_at: str,
    is_set_aside: int,
    marked_at: str | None,
) -> Reference:
    embedding = read_embedding(data, found)
    marked = None if marked_at is None else read_time(marked_at)
    return Reference(
        id_, person, embedding, quality, read_time(added_at), bool(is_set_aside), marked
    )
