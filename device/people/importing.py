"""How people come into a gallery from another one: by their ids, and never those who were forgotten here since."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from device.people.document import PeopleDocument, PersonEntry, ReferenceEntry
from device.people.dropped import insert_dropped, select_dropped
from device.people.embedding import Embedding, digest, encoded
from device.people.person import Person, Reference, Tombstone, later
from device.people.rows import (
    delete_person,
    delete_reference,
    delete_tombstone,
    insert_person,
    insert_reference,
    insert_tombstone,
    mark_reference,
    select_people,
    select_references,
    select_tombstones,
    thin,
    update_person,
)

Fits: TypeAlias = Callable[[str, Embedding], bool]
"""Whether an embedding may become a reference of the person with an id."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import has changed; a person is in one of the first four at most.

    Attributes:
        added: who was not enrolled before.
        changed: who has a newer name or other references than before.
        forgotten: who was enrolled, and was forgotten where the document comes from.
        withheld: who was forgotten here, and was therefore not imported.
        refused: how many references were not taken, because they do not fit the person they were said to be of.
    """

    added: tuple[Person, ...]
    changed: tuple[Person, ...]
    forgotten: tuple[Person, ...]
    withheld: tuple[Person, ...]
    refused: int = 0

    @property
    def is_anything_changed(self) -> bool:
        """Whether the gallery is another one than before."""
        return bool(self.added or self.changed or self.forgotten)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an import does where there is a choice.

    Attributes:
        may_bring_back: whether somebody who was forgotten here is imported, who was enrolled there, or brought back.
        fits: see Fits.
    """

    may_bring_back: Callable[[Person, Tombstone], bool]
    fits: Fits = lambda _person, _embedding: True


def import_document(
    database: sqlite3.Connection, document: PeopleDocument, now: datetime, rules: Rules
) -> Imported:
    """Join a document with the gallery, as a part of the caller's transaction.

    Of two names of a person the newer one counts, and so does what was done last about setting a reference aside. All
    references become one set, without those that went as redundant in either gallery, and are thinned. Who was
    forgotten there, after being enrolled here, is forgotten here too. So two galleries that join each other are the
    same afterwards, whichever does it first, and come to rest.

    Args:
        database: of the gallery.
        document: made by the same network.
        now: in UTC.
        rules: where there is a choice.

    Raises:
        PersonNameError: somebody else has a name that the document brings.
    """
    before = {person.id: person for person in select_people(database)}
    buried = {tombstone.id: tombstone for tombstone in select_tombstones(database)}
    forgotten = _forget(database, document, before)
    added, changed, withheld, refused = [], [], [], 0
    # Those who are here first: one of them may give up a name that a new one has.
    for entry in sorted(document.people, key=lambda entry: entry.id not in before):
        person, gone = entry.person, buried.get(entry.id)
        if entry.id in before:
            is_newer = _update(database, person, before[entry.id])
            join = _join_references(database, entry, rules.fits)
            if is_newer or join.is_anything_changed:
                changed.append(person)
            refused += join.refused
        elif gone is not None and not rules.may_bring_back(person, gone):
            withheld.append(person)
        else:
            if gone is not None:
                delete_tombstone(database, person.id)
                if person.enrolled_at <= gone.forgotten_at:
                    # As if enrolled today: the tombstones of other nodes are older than that.
                    person = replace(person, enrolled_at=later(now, gone.forgotten_at))
            insert_person(database, person)
            refused += _join_references(database, entry, rules.fits).refused
            added.append(person)
    return Imported(
        added=tuple(added),
        changed=tuple(changed),
        forgotten=tuple(forgotten),
        withheld=tuple(withheld),
        refused=refused,
    )


def _forget(
    database: sqlite3.Connection, document: PeopleDocument, before: dict[str, Person]
) -> list[Person]:
    forgotten = []
    for tombstone in (entry.tombstone for entry in document.tombstones):
        person = before.get(tombstone.id)
        if person is None:
            insert_tombstone(database, tombstone)
        elif tombstone.forgotten_at >= person.enrolled_at:
            delete_person(database, tombstone)
            forgotten.append(person)
    return forgotten


def _update(database: sqlite3.Connection, there: Person, here: Person) -> bool:
    """Bring name and times of a person up to date; return whether anything changed."""
    named = there if there.named_at > here.named_at else here
    joined = replace(named, enrolled_at=max(there.enrolled_at, here.enrolled_at))
    if joined != here:
        update_person(database, joined)
    return joined != here


@dataclass(frozen=True, slots=True)
class _Join:
    is_anything_changed: bool
    refused: int


def _join_references(database: sqlite3.Connection, entry: PersonEntry, fits: Fits) -> _Join:
    here = {digest(encoded(each.embedding)): each for each in select_references(database, entry.id)}
    # By digest: whoever made the document may have listed one twice.
    there = {each.digest: each for each in entry.references}
    dropped_there = set(entry.dropped) - there.keys()
    gone = here.keys() & dropped_there
    for key in gone:
        delete_reference(database, here[key].id)
    dropped_here = set(select_dropped(database, entry.id))
    insert_dropped(database, entry.id, sorted(dropped_there - dropped_here))
    marked = _mark(database, here, there)
    new = [each for key, each in there.items() if key not in here.keys() | dropped_here]
    # Nothing is compared with what is set aside, which may be so because it shows somebody else.
    fitting = [
        each for each in new if each.is_set_aside or fits(entry.id, each.reference.embedding)
    ]
    for each in fitting:
        insert_reference(
            database,
            entry.id,
            each.reference,
            each.added_at,
            is_set_aside=each.is_set_aside,
            marked_at=each.marked_at,
        )
    before = {(each.id, each.is_set_aside) for each in here.values()}
    if fitting or marked:
        thin(database, entry.id)
    after = {(each.id, each.is_set_aside) for each in select_references(database, entry.id)}
    return _Join(before != after or marked, len(new) - len(fitting))


def _mark(
    database: sqlite3.Connection, here: dict[str, Reference], there: dict[str, ReferenceEntry]
) -> bool:
    """Set aside or restore what was set aside or restored there later than here; return whether there was any."""
    is_any = False
    for key in here.keys() & there.keys():
        reference, entry = here[key], there[key]
        if entry.marked_at and entry.marked_at > (reference.marked_at or _NEVER):
            mark_reference(database, reference, entry.marked_at, is_set_aside=entry.is_set_aside)
            is_any = True
    return is_any
