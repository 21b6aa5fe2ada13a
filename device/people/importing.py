"""How people come into a gallery from another one: by their ids, and never those who were forgotten here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from device.people.document import PeopleDocument, PersonEntry, ReferenceEntry
from device.people.embedding import encoded
from device.people.person import Person
from device.people.rows import (
    delete_person,
    delete_tombstone,
    insert_person,
    insert_reference,
    insert_tombstone,
    select_people,
    select_references,
    select_tombstones,
    thin,
    update_name,
)
from device.people.thinning import MOST_REFERENCES, most_diverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import has changed; a person is in one of these at most.

    Attributes:
        added: who was not enrolled before.
        changed: who has a newer name or other references than before.
        forgotten: who was enrolled, and was forgotten where the document comes from.
        withheld: who was forgotten here, and was therefore not imported.
    """

    added: tuple[Person, ...]
    changed: tuple[Person, ...]
    forgotten: tuple[Person, ...]
    withheld: tuple[Person, ...]

    @property
    def is_anything_changed(self) -> bool:
        """Whether the gallery is another one than before."""
        return bool(self.added or self.changed or self.forgotten)


def import_document(
    database: sqlite3.Connection,
    document: PeopleDocument,
    now: datetime,
    *,
    may_bring_back: bool,
) -> Imported:
    """Join a document with the gallery, as a part of the caller's transaction.

    Of two names of a person the newer one counts. References that are not here are added; whether one is set aside
    stays as it is here. Who was forgotten there, after being enrolled here, is forgotten here too.

    Args:
        database: of the gallery.
        document: made by the same network.
        now: in UTC.
        may_bring_back: whether those who were forgotten here are imported all the same.

    Raises:
        PersonNameError: somebody else has a name that the document brings.
    """
    before = {person.id: person for person in select_people(database)}
    buried = {tombstone.id for tombstone in select_tombstones(database)}
    forgotten = _forget(database, document, before)
    added, changed, withheld = [], [], []
    # Those who are here first: one of them may give up a name that a new one has.
    for entry in sorted(document.people, key=lambda entry: entry.id not in before):
        if entry.id in before:
            if _update(database, entry, before[entry.id]):
                changed.append(entry.person)
        elif entry.id in buried and not may_bring_back:
            withheld.append(entry.person)
        else:
            person = entry.person
            if entry.id in buried:
                # As if enrolled today: the tombstones of other nodes are older than that.
                person = replace(person, enrolled_at=now)
                delete_tombstone(database, person.id)
            insert_person(database, person)
            _add_references(database, entry)
            added.append(person)
    return Imported(
        added=tuple(added),
        changed=tuple(changed),
        forgotten=tuple(forgotten),
        withheld=tuple(withheld),
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


def _update(database: sqlite3.Connection, entry: PersonEntry, known: Person) -> bool:
    """Bring a person up to date; return whether anything changed."""
    is_renamed = entry.named_at > known.named_at and entry.name != known.name
    if is_renamed:
        update_name(database, replace(known, name=entry.name, named_at=entry.named_at))
    return _add_references(database, entry) or is_renamed


def _add_references(database: sqlite3.Connection, entry: PersonEntry) -> bool:
    """Add references that are not here, as many as there is room for; return whether there were any.

    Those that are here stay: two nodes that keep importing from each other come to rest.
    """
    here = list(select_references(database, entry.id))
    known = {encoded(reference.embedding) for reference in here}
    # By its bytes: whoever made the document may have listed one twice.
    new = {encoded(item.reference.embedding): item for item in entry.references}
    items = [item for data, item in new.items() if data not in known]
    chosen = []
    for is_set_aside in (False, True):
        room = MOST_REFERENCES - sum(r.is_set_aside is is_set_aside for r in here)
        chosen += _most_diverse([i for i in items if i.is_set_aside is is_set_aside], room)
    for item in sorted(chosen, key=items.index):
        insert_reference(
            database, entry.id, item.reference, item.added_at, is_set_aside=item.is_set_aside
        )
    if chosen:
        thin(database, entry.id)  # of what is damaged, whose place was taken
    return bool(chosen)


def _most_diverse(items: list[ReferenceEntry], limit: int) -> list[ReferenceEntry]:
    if not items or limit <= 0:
        return []
    references = [item.reference for item in items]
    chosen = most_diverse(
        np.stack([reference.embedding for reference in references]),
        np.array([reference.quality for reference in references]),
        limit,
    )
    return [items[index] for index in chosen]
