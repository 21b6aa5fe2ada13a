"""One process's way to the gallery's file: whole transactions, what others have changed, and no traces left behind."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from device.errors import GalleryError, OtherEmbedderError
from device.people.database import damaged, explained, open_database
from device.people.encounter_rows import delete_visitors
from device.people.facts import EMBEDDER, TRACES, read_fact, write_fact
from device.people.stored import DamagedRowError

_LOG = logging.getLogger(__name__)


class GalleryConnection:
    """An open file; made by GalleryConnection.open(). One thread at a time may use it.

    Args:
        path: of the file.
        database: opened by open_database().
        embedder: sha256 of the network whose embeddings are compared; None for those who compare none.
    """

    def __init__(self, path: Path, database: sqlite3.Connection, embedder: str | None) -> None:
        self._path = path
        self._database = database
        self._inode = _inode(path)
        self._embedder = embedder
        self._changes = 0

    @classmethod
    def open(cls, path: Path, embedder: str | None) -> Self:
        """Open the file, or make it, and finish what a kill may have left of forgetting somebody.

        Raises:
            GalleryError: see open_database(), and read().
        """
        connection = cls(path, open_database(path), embedder)
        try:
            with connection.read() as database:
                has_traces = read_fact(database, TRACES) is not None
            if has_traces:
                connection.erase_traces()
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def embedder(self) -> str | None:
        """sha256 of the network whose embeddings are compared; None for those who compare none."""
        return self._embedder

    @property
    def is_replaced(self) -> bool:
        """Whether another file, or none, is where this one was: SQLite still has the old one open."""
        return _inode(self._path) != self._inode

    @property
    def version(self) -> object:
        """What is equal as long as nobody has changed the file, neither here nor in another process.

        Raises:
            GalleryError: the file cannot be read.
        """
        with explained(self._path):
            data_version = self._database.execute("PRAGMA data_version").fetchone()[0]
        # SQLite counts only what others change.
        return _inode(self._path), data_version, self._changes

    def reopen(self) -> None:
        """Use the file that is there now; if that is impossible, keep the old one.

        Raises:
            GalleryError: see open_database().
        """
        database = open_database(self._path)
        self._database.close()
        self._database = database
        self._inode = _inode(self._path)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Let the body see one state of the file.

        Raises:
            GalleryError: it cannot be read, or another network has made its references.
        """
        with self.look() as database:
            if self._embedder is not None and has_references(database):
                self._require(read_fact(database, EMBEDDER), self._embedder)
            yield database

    @contextmanager
    def look(self) -> Iterator[sqlite3.Connection]:
        """Let the body see one state of the file, whichever network has made its references.

        Raises:
            GalleryError: it cannot be read.
        """
        with explained(self._path), self._transaction("BEGIN"):
            yield self._database

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Commit what the body does, or nothing of it if it raises.

        Raises:
            GalleryError: the disk does not take it, or another process is changing the file.
        """
        with explained(self._path), self._transaction("BEGIN IMMEDIATE"):
            yield self._database
        self._changes += 1

    def claim(self, database: sqlite3.Connection, embedder: str | None) -> None:
        """Make sure, within a change, that references by a network may be added.

        Args:
            database: what change() gave.
            embedder: sha256 of the network; None: the one with which the file was opened.

        Raises:
            OtherEmbedderError: the references that are there are another network's.
            ValueError: no network is known.
        """
        embedder = embedder or self._embedder
        if embedder is None:
            message = "who adds references opens the gallery with their embedder"
            raise ValueError(message)
        if self._embedder is not None:
            self._require(embedder, self._embedder)
        if has_references(database):
            self._require(read_fact(database, EMBEDDER), embedder)
        elif read_fact(database, EMBEDDER) != embedder:
            # Unknown visitors are no reason to refuse somebody: they go with the network that has measured them.
            delete_visitors(database)
            write_fact(database, EMBEDDER, embedder)

    def erase_traces(self) -> None:
        """Rewrite the file after somebody was deleted from it.

        secure_delete has put zeros in the place of what was deleted. The file that is written now has no room for
        anything but what is in its tables, wherever rows had moved before, and no longer tells by its size how much
        was deleted. When this is impossible, the next start tries again.
        """
        try:
            with explained(self._path):
                self._database.execute("VACUUM")
            with self.change() as database:
                write_fact(database, TRACES, None)
        except GalleryError as error:
            _LOG.warning(
                "What was deleted is no longer in the gallery, but traces of it may still be in its file: %s. Erasing "
                "them is tried again when the file is opened the next time",
                error,
            )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._database.execute(begin)
        try:
            yield
            self._database.execute("COMMIT")
        except DamagedRowError as error:
            raise damaged(self._path, error) from error
        finally:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")

    def _require(self, found: str | None, wanted: str) -> None:
        if found != wanted:
            message = (
                f"{self._path}: the network {(found or 'unknown')[:12]}… has made its references, and {wanted[:12]}… "
                "is used now: their numbers cannot be compared. `facet people reset` deletes the references and keeps "
                "the people; then enrol each of them again"
            )
            raise OtherEmbedderError(message)


def has_references(database: sqlite3.Connection) -> bool:
    """Whether anybody has a reference."""
    row = database.execute("SELECT EXISTS (SELECT 1 FROM person_references)").fetchone()
    return bool(row[0])


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
