"""The gallery on the disk: who is enrolled, with embeddings and never pictures, until they are forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from device.errors import TooManyReferencesError, UnknownPersonError, UnknownReferenceError
from device.people.document import PeopleDocument
from device.people.encounter_rows import delete_visitors
from device.people.gallery import Gallery
from device.people.hygiene import is_somebody_else
from device.people.importing import Imported, Rules, import_document
from device.people.matching import Limits
from device.people.names import checked_name
from device.people.person import NewReference, Person, Reference, Tombstone, later, new_person_id
from device.people.reader import GalleryReader
from device.people.rows import (
    delete_all_references,
    delete_person,
    insert_person,
    insert_references,
    mark_reference,
    select_people,
    select_person,
    select_references,
    thin,
    update_person,
)
from device.people.thinning import MOST_REFERENCES


class GalleryFile(GalleryReader):
    """Who is enrolled; made by GalleryFile.open(). One thread at a time may use it.

    A second thread opens the file a second time, as another process does: all of them notice what the others change.
    Each change is whole or not made at all, also after a kill or a power cut. Leaving the context closes the file.
    """

    def enrol(self, name: str, references: Sequence[NewReference]) -> Person:
        """Enrol somebody new, with all references or not at all.

        Args:
            name: see names.checked_name().
            references: made by the embedder with which the file was opened; of more than MOST_REFERENCES the most
                diverse are kept.

        Raises:
            PersonNameError: nobody can have this name, or somebody has it.
            GalleryError: the disk does not take it.
            ValueError: what is handed in are no embeddings.
        """
        now = self._now()
        person = Person(new_person_id(), checked_name(name), enrolled_at=now, named_at=now)
        with self._connection.change() as database:
            self._connection.claim(database, None)
            insert_person(database, person)
            insert_references(database, person.id, references, now)
        return person

    def add(self, person: str, references: Sequence[NewReference]) -> int:
        """Add references to somebody, all of them or none.

        Args:
            person: the id.
            references: see enrol().

        Returns:
            How many of the old and new ones together were too many, and were deleted as the most redundant.

        Raises:
            UnknownPersonError: nobody has this id.
            GalleryError: the disk does not take it.
            ValueError: what is handed in are no embeddings.
        """
        with self._connection.change() as database:
            select_person(database, person)
            self._connection.claim(database, None)
            return insert_references(database, person, references, self._now())

    def rename(self, person: str, name: str) -> Person:
        """Give somebody another name; the id stays.

        Raises:
            UnknownPersonError: nobody has this id.
            PersonNameError: nobody can have this name, or somebody else has it.
            GalleryError: the disk does not take it.
        """
        with self._connection.change() as database:
            known = select_person(database, person)
            named_at = later(self._now(), known.named_at)
            renamed = replace(known, name=checked_name(name), named_at=named_at)
            update_person(database, renamed)
            return renamed

    def merge(self, kept: str, dropped: str) -> Person:
        """Give somebody the references of a second person, who was the same one, and forget the second.

        Args:
            kept: the id of who stays.
            dropped: the id of who goes.

        Raises:
            UnknownPersonError: nobody has one of the ids, or they are the same.
            GalleryError: the disk does not take it.
        """
        if kept == dropped:
            message = f"{kept} cannot be merged with itself; name two people"
            raise UnknownPersonError(message)
        with self._connection.change() as database:
            person = select_person(database, kept)
            same = select_person(database, dropped)
            database.execute(
                "UPDATE person_references SET person = ? WHERE person = ?", (kept, dropped)
            )
            delete_person(database, self._tombstone(same))
            thin(database, kept)
        self._connection.erase_traces()
        return person

    def set_aside(self, reference: int) -> None:
        """Keep a reference and compare nothing with it any more.

        Args:
            reference: its id.

        Raises:
            UnknownReferenceError: there is none with this id.
            GalleryError: the disk does not take it.
        """
        with self._connection.change() as database:
            known = _reference(database, reference)
            at = later(self._now(), known.marked_at)
            mark_reference(database, known, at, is_set_aside=True)
            thin(database, known.person)

    def restore(self, reference: int) -> None:
        """Compare again with a reference that was set aside.

        Args:
            reference: its id.

        Raises:
            UnknownReferenceError: there is none with this id.
            TooManyReferencesError: the person has as many as are compared.
            GalleryError: the disk does not take it.
        """
        with self._connection.change() as database:
            known = _reference(database, reference)
            at = later(self._now(), known.marked_at)
            mark_reference(database, known, at, is_set_aside=False)
            compared = [r for r in select_references(database, known.person) if not r.is_set_aside]
            if len(compared) > MOST_REFERENCES:
                message = (
                    f"reference {reference} stays set aside: its person has {MOST_REFERENCES} references, and no more "
                    "are compared; set another one aside first"
                )
                raise TooManyReferencesError(message)

    def forget(self, person: str) -> None:
        """Delete somebody with all references; only the id and the time stay, so that nothing brings them back.

        Unknown visitors go too: one of them may be this person, whom the references were too unlike.

        Args:
            person: the id.

        Raises:
            UnknownPersonError: nobody has this id.
            GalleryError: the disk does not take it; then nothing was deleted.
        """
        with self._connection.change() as database:
            delete_person(database, self._tombstone(select_person(database, person)))
            delete_visitors(database)
        self._connection.erase_traces()

    def reset(self) -> None:
        """Delete all references and unknown visitors, for a network whose numbers mean something else; people stay.

        Raises:
            GalleryError: the disk does not take it; then nothing was deleted.
        """
        with self._connection.change() as database:
            delete_all_references(database)
            delete_visitors(database)
        self._connection.erase_traces()

    def import_people(self, document: PeopleDocument, *, may_bring_back: bool = False) -> Imported:
        """Join what another gallery exported with this one, all of it or nothing.

        Args:
            document: see importing.import_document().
            may_bring_back: whether to import also those who were forgotten here.

        Raises:
            OtherEmbedderError: another network has made its references.
            PersonNameError: somebody else has a name that it brings.
            GalleryError: the disk does not take it.
        """
        with self._connection.change() as database:
            rules = Rules(may_bring_back=lambda _person, _gone: may_bring_back)
            imported = self._import(database, document, rules)
        return self._imported(imported)

    def join(self, document: PeopleDocument, limits: Limits) -> Imported:
        """Join what another node shares with this gallery, all of it or nothing.

        Somebody who was forgotten here comes back only if they were enrolled there since, or brought back. A reference
        that is nearer to somebody else who is enrolled here is not taken. Forgetting somebody takes unknown visitors
        along: see forget().

        Args:
            document: see importing.import_document().
            limits: of the network.

        Raises:
            OtherEmbedderError: another network has made its references.
            PersonNameError: somebody else has a name that it brings.
            GalleryError: the disk does not take it.
        """
        with self._connection.change() as database:
            known = Gallery.of(select_people(database), select_references(database))
            rules = Rules(
                may_bring_back=lambda person, gone: person.enrolled_at > gone.forgotten_at,
                fits=lambda person, embedding: (
                    not is_somebody_else(embedding, person, known, limits)
                ),
            )
            imported = self._import(database, document, rules)
        return self._imported(imported)

    def _import(
        self, database: sqlite3.Connection, document: PeopleDocument, rules: Rules
    ) -> Imported:
        if any(entry.references for entry in document.people):
            self._connection.claim(database, document.embedder)
        imported = import_document(database, document, self._now(), rules)
        if imported.forgotten:
            delete_visitors(database)
        return imported

    def _imported(self, imported: Imported) -> Imported:
        if imported.forgotten:
            self._connection.erase_traces()
        return imported

    def _tombstone(self, person: Person) -> Tombstone:
        return Tombstone(person.id, later(self._now(), person.enrolled_at))


def _reference(database: sqlite3.Connection, reference: int) -> Reference:
    for known in select_references(database):
        if known.id == reference:
            return known
    message = f"there is no reference {reference}; `facet people show NAME` lists those of a person"
    raise UnknownReferenceError(message)
