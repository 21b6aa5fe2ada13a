"""The outbox's file: how it is opened, migrated to the newest schema, and set aside when it is damaged."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from device.errors import OutboxError, OutboxInUseError

_LOG = logging.getLogger(__name__)

# Step n takes a file of version n to version n + 1; a step is never changed once it was released.
_MIGRATIONS = (
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL UNIQUE,
        payload TEXT NOT NULL
    )
    """,
    # Seconds since 1970. What an older Facet left behind counts from today.
    """
    ALTER TABLE events ADD COLUMN occurred_at REAL NOT NULL DEFAULT 0;
    UPDATE events SET occurred_at = strftime('%s', 'now')
    """,
    """
    ALTER TABLE events ADD COLUMN state TEXT
    """,
)
# Of SQLite: the file is damaged, or is not a database at all.
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def open_database(path: Path) -> sqlite3.Connection:
    """Open the outbox's database, for this process alone.

    Args:
        path: its folder must exist. A damaged file is set aside and a new one made.

    Raises:
        OutboxError: the folder cannot be written.
        OutboxInUseError: another process has the file open.
    """
    try:
        try:
            return _connect(path)
        except _UnusableError as error:
            _set_aside(path, error)
            return _connect(path)
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            message = (
                f"{path} is used by another process: another `facet run`? Stop that one, "
                "or set a different node.state_directory for this node"
            )
            raise OutboxInUseError(message) from error
        raise disk_error(path, error) from error


def disk_error(path: Path, error: Exception) -> OutboxError:
    """Return the error for a disk that refuses, with what its owner can do."""
    return OutboxError(
        f"{path}: {error}; make room on the disk, or set node.state_directory to a "
        "folder that can be written"
    )


class _UnusableError(Exception):
    """The file is not an outbox that this Facet can read."""


def _connect(path: Path) -> sqlite3.Connection:
    # One thread at a time: the one that opens it may hand it to the worker.
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        # For this process alone, and so without shared memory: SQLite would map it from a file, and a full disk would
        # end the process with SIGBUS instead of an error.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A write-ahead log that is synced at each commit: an event survives the power cut.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _migrate(database)
    except sqlite3.DatabaseError as error:
        database.close()
        if error.sqlite_errorcode in _CORRUPT:
            raise _UnusableError(str(error)) from error
        raise
    except _UnusableError:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        message = f"its schema has version {version}, this Facet knows {len(_MIGRATIONS)}"
        raise _UnusableError(message)
    for step in range(version, len(_MIGRATIONS)):
        # In one transaction: a power cut leaves the version before or the one after.
        database.executescript(
            f"BEGIN; {_MIGRATIONS[step]}; PRAGMA user_version = {step + 1}; COMMIT"
        )
    damage = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise _UnusableError(damage)


def _set_aside(path: Path, error: _UnusableError) -> None:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    path.replace(aside)
    # They belong to the damaged file, and would spoil the new one.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    _LOG.error(
        "%s cannot be used (%s); it is kept as %s, and the undelivered events in it are lost",
        path,
        error,
        aside.name,
    )
