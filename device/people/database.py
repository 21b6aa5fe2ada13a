"""The gallery's SQLite file: how it is made, recognised, migrated to the newest schema, and what its errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from device.errors import (
    GalleryDamagedError,
    GalleryError,
    GalleryInUseError,
    GalleryTooNewError,
)

# In the header of the file (SQLite's "magic" list has no such entry): "fct" and one byte.
_APPLICATION_ID = 0x66637401
# Step n takes a file of version n to version n + 1; a step is never changed once it was released.
MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE people (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        enrolled_at TEXT NOT NULL,
        named_at TEXT NOT NULL
    );
    CREATE TABLE person_references (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        embedding BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        quality REAL NOT NULL,
        added_at TEXT NOT NULL,
        is_set_aside INTEGER NOT NULL
    );
    CREATE INDEX references_of_person ON person_references (person);
    CREATE TABLE tombstones (id TEXT PRIMARY KEY, forgotten_at TEXT NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE encounters (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        visitor INTEGER NOT NULL,
        embedding BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        quality REAL NOT NULL,
        began_at TEXT NOT NULL,
        ended_at TEXT NOT NULL
    )
    """,
    """
    ALTER TABLE person_references ADD COLUMN marked_at TEXT;
    CREATE TABLE dropped_references (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        digest TEXT NOT NULL,
        UNIQUE (person, digest)
    )
    """,
)

_PRIVATE = 0o600
# A change takes milliseconds; one that takes longer than this waits for a memory card that hangs.
PATIENCE_SECONDS = 5.0
"""How long a process waits for another one's change."""
# A table that is missing, or rows that contradict each other, are damage too: Facet asks for nothing else.
_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_TOOBIG,
    }
)
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FORBIDDEN = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
# The lower byte of SQLite's codes is the kind, the others the details.
_KIND = 0xFF


def open_database(
    path: Path, migrations: Sequence[str] = MIGRATIONS, patience: float = PATIENCE_SECONDS
) -> sqlite3.Connection:
    """Open the gallery's database, or make it, for its owner alone.

    Args:
        path: its folder must exist. The file of an older version is migrated; any other is left as it is.
        migrations: what takes an older file to the newest version.
        patience: seconds to wait for another process's change.

    Raises:
        GalleryError: the file is damaged, foreign or newer, or the disk refuses.
    """
    with explained(path):
        _make_private(path)
        database = sqlite3.connect(
            path, timeout=patience, isolation_level=None, check_same_thread=False
        )
        try:
            _set_up(database)
            _migrate(path, database, migrations)
            _require_intact_pages(path, database)
        except BaseException:
            database.close()
            raise
        return database


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say about the gallery's file into errors that say what to do.

    Raises:
        GalleryError: the body raised an error of SQLite or of the system.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except UnicodeDecodeError as error:  # of a message of SQLite's that quotes the damage
        raise damaged(path, error) from error
    except (sqlite3.Error, OSError) as error:
        kind = getattr(error, "sqlite_errorcode", 0) & _KIND
        if kind in _BUSY:
            message = (
                f"{path} is being changed by another process, and that takes too long; nothing was changed here: try "
                "it again, and if it stays so, restart the node"
            )
            raise GalleryInUseError(message) from error
        # A text that is no UTF-8 has no code.
        if kind in _DAMAGE or (kind == 0 and isinstance(error, sqlite3.OperationalError)):
            raise damaged(path, error) from error
        reason = error.strerror if isinstance(error, OSError) else error
        if isinstance(error, PermissionError) or kind in _FORBIDDEN:
            advice = "this user may not use it or its disk is read-only; run the command with sudo"
        else:
            advice = (
                "make room on the disk, or set node.state_directory to a folder that can be written"
            )
        message = f"{path}: {reason}; nothing was changed: {advice}"
        raise GalleryError(message) from error


def damaged(path: Path, found: object) -> GalleryDamagedError:
    """Return the error for a file that holds no gallery."""
    message = (
        f"{path} is damaged or no gallery of Facet ({found}); it was left as it is: move it away, then import an "
        "export of the people, or enrol them again"
    )
    return GalleryDamagedError(message)


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, which would let others read it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    except FileExistsError:
        # On a disk that cannot be written the mode stays as it is, and people are recognised nevertheless.
        if path.stat().st_mode & 0o777 != _PRIVATE and os.access(path, os.W_OK):
            path.chmod(_PRIVATE)
        return
    try:
        if os.geteuid() == 0:
            # The command ran with sudo: the file belongs to the node, as does its folder.
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
    finally:
        os.close(descriptor)


def _set_up(database: sqlite3.Connection) -> None:
    # A journal that is deleted at each commit, and no write-ahead log: that would keep what was forgotten until no
    # other process reads, and its shared memory would end the process with SIGBUS on a full disk.
    database.execute("PRAGMA journal_mode = DELETE")
    # Synced so that what was forgotten stays so after a power cut: the folder too, from which the journal is deleted.
    database.execute("PRAGMA synchronous = EXTRA")
    # Zeros take the place of what is deleted.
    database.execute("PRAGMA secure_delete = ON")
    # What SQLite puts aside while it works stays out of /tmp.
    database.execute("PRAGMA temp_store = MEMORY")
    database.execute("PRAGMA foreign_keys = ON")
    # A damaged page is an error where it is read, not a wrong answer; a foreign schema runs no code.
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA trusted_schema = OFF")


def _migrate(path: Path, database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    if _version(path, database, migrations) == len(migrations):
        return
    # In one transaction: a kill leaves the version before or the newest one. Another process may have been faster.
    database.execute("BEGIN IMMEDIATE")
    try:
        for step in range(_version(path, database, migrations), len(migrations)):
            for statement in migrations[step].split(";"):
                database.execute(statement)
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {len(migrations)}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _require_intact_pages(path: Path, database: sqlite3.Connection) -> None:
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise damaged(path, found)


def _version(path: Path, database: sqlite3.Connection, migrations: Sequence[str]) -> int:
    """Return the version of the file, 0 of one that was just made, if it is a gallery that this Facet knows."""
    # Asked first: another process may be making the file just now. SQLite takes a file of a few bytes for an empty one.
    is_new = path.stat().st_size == 0
    application: int = database.execute("PRAGMA application_id").fetchone()[0]
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if is_new and application == 0 and version == 0:
        return 0
    if application != _APPLICATION_ID:
        raise damaged(path, "it is a database of another program")
    if version > len(migrations):
        message = (
            f"{path} has version {version}, and this Facet knows {len(migrations)}: a newer Facet has written it; it "
            "was left as it is: install that Facet again, or move the file away and enrol the people again"
        )
        raise GalleryTooNewError(message)
    return version
