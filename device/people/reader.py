"""What can be asked of the gallery on the disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from device.errors import UnknownPersonError
from device.observation import utc_now
from device.people.connection import GalleryConnection
from device.people.document import PeopleDocument, export_document
from device.people.dropped import select_dropped
from device.people.facts import EMBEDDER, read_fact
from device.people.gallery import Gallery
from device.people.names import name_key
from device.people.person import Person, Reference, Tombstone
from device.people.rows import (
    nobody,
    select_people,
    select_person,
    select_references,
    select_tombstones,
)
from device.people.visitor_book import VisitorBook
from device.system.text import printable

PEOPLE = "people.db"
"""The file's name in the state directory."""


class GalleryReader:
    """An open gallery; made by GalleryFile.open(), which is also the class that changes it.

    Args:
        connection: to the file.
        now: returns the time in UTC.
    """

    def __init__(self, connection: GalleryConnection, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._now = now
        self._seen: object = None
        self.visitors = VisitorBook(connection, now)
        """Unknown visitors, of a node that keeps them for some days."""

    @classmethod
    def open(
        cls, path: Path, embedder: str | None = None, now: Callable[[], datetime] = utc_now
    ) -> Self:
        """Open the gallery in a file, or make it.

        Args:
            path: of the file; its folder must exist.
            embedder: sha256 of the network whose embeddings are compared, as hex digits; None for those who compare
                nothing and enrol nobody.
            now: returns the time in UTC.

        Raises:
            GalleryError: the file is damaged, foreign, of a newer Facet or of another embedder, or the disk refuses;
                it was left as it is.
        """
        return cls(GalleryConnection.open(path, embedder), now)

    def has_changed(self) -> bool:
        """Return whether snapshot() would return something else than the last time, whoever has changed it.

        Cheap enough to ask before each burst: a few system calls.

        Raises:
            GalleryError: the file cannot be read.
        """
        return self._seen is None or self._connection.version != self._seen

    def snapshot(self) -> Gallery:
        """Return what faces are compared with now.

        Raises:
            GalleryError: the file cannot be read, or another network has made its references.
        """
        # Whoever deletes the file wants everybody to be forgotten, though SQLite still has it open.
        if self._connection.is_replaced:
            self._connection.reopen()
        with self._connection.read() as database:
            seen = self._connection.version
            gallery = Gallery.of(select_people(database), select_references(database))
        self._seen = seen
        return gallery

    def people(self) -> tuple[Person, ...]:
        """Return everybody, in the order in which they were enrolled.

        Raises:
            GalleryError: the file cannot be read.
        """
        with self._connection.read() as database:
            return tuple(select_people(database))

    def find(self, name_or_id: str) -> Person:
        """Return somebody by name, whatever the case of its letters, or by id.

        Raises:
            UnknownPersonError: there is nobody of this name or id.
            GalleryError: the file cannot be read.
        """
        people = self.people()
        key = name_key(name_or_id)
        by_name = (person for person in people if name_key(person.name) == key)
        by_id = (person for person in people if person.id == name_or_id)
        for person in (*by_name, *by_id):
            return person
        known = ", ".join(person.name for person in people) or "nobody yet"
        message = f'nobody is enrolled as "{printable(name_or_id)}"; enrolled: {known}'
        raise UnknownPersonError(message)

    def references(self, person: str) -> tuple[Reference, ...]:
        """Return somebody's references, the oldest first, those set aside included; damaged ones are left out.

        Args:
            person: the id.

        Raises:
            UnknownPersonError: nobody has this id.
            GalleryError: the file cannot be read.
        """
        with self._connection.read() as database:
            select_person(database, person)
            return tuple(select_references(database, person))

    def tombstones(self) -> tuple[Tombstone, ...]:
        """Return who was forgotten, by id.

        Raises:
            GalleryError: the file cannot be read.
        """
        with self._connection.read() as database:
            return tuple(select_tombstones(database))

    def export_people(self, person: str | None = None) -> PeopleDocument:
        """Return what another gallery imports.

        Args:
            person: the id of the only one that should be in it, whether enrolled or forgotten; None for everybody who
                is, and the tombstones of those who were.

        Raises:
            UnknownPersonError: nobody has or had this id.
            GalleryError: the file cannot be read.
        """
        with self._connection.read() as database:
            people = [p for p in select_people(database) if person in {None, p.id}]
            tombstones = [t for t in select_tombstones(database) if person in {None, t.id}]
            if person is not None and not people and not tombstones:
                raise nobody(person)
            return export_document(
                [
                    (p, list(select_references(database, p.id)), select_dropped(database, p.id))
                    for p in people
                ],
                tombstones,
                read_fact(database, EMBEDDER),
                self._now(),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
