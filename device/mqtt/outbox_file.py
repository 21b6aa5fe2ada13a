"""The outbox's file: how it is opened, checked, migrated to the newest schema, and replaced when it is damaged."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from device.errors import OutboxError, OutboxInUseError
from device.mqtt.outbox_rows import COLUMNS, RELEASED_COLUMNS, from_row, to_row
from device.mqtt.outbox_salvage import Salvaged, is_log_foreign, page_size_of, salvage
from device.mqtt.waiting_event import Event
from device.mqtt.write_ahead_log import read_log
from device.system.aside import keep_aside

_LOG = logging.getLogger(__name__)

IN_MEMORY = Path(":memory:")
"""SQLite's name for a database without a file."""
SELECTED = ", ".join(COLUMNS)
INSERT = (
    f"INSERT INTO events ({SELECTED}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - constants
    "ON CONFLICT (event_id) DO NOTHING"
)

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
# Not a version of the schema: a Facet that is rolled back sets aside what has a version that it does not know, with all
# that waits in it. These columns it does not see, and its own rows do not have them. What an older Facet cannot ignore
# needs a migration.
_ADDED = {"boot_id": "TEXT", "uptime": "REAL", "is_clock_set": "INTEGER", "checksum": "BLOB"}
# Of SQLite: the file is damaged, or is not a database at all.
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# Its codes say more in the bits above these.
_PRIMARY_CODE = 0xFF
_SUFFIXES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Opened:
    """The outbox's database, and what became of what was in its file.

    Attributes:
        database: with all events that could be read.
        lost: events that were in the file and could not be read, as far as is known.
    """

    database: sqlite3.Connection
    lost: int = 0


def open_database(path: Path) -> Opened:
    """Open the outbox's database, for this process alone.

    Args:
        path: its folder must exist. A file that is damaged, or is not an outbox that this Facet knows, is set aside; a
            new one takes its place, with each event that can still be read. IN_MEMORY has no file.

    Raises:
        OutboxError: the folder cannot be written.
        OutboxInUseError: another process has the file open.
    """
    try:
        if path == IN_MEMORY:
            return Opened(_connect(path))
        found = _Files.read(path)
        try:
            found.check_log()
            return Opened(_connect(path))
        except _UnusableError as error:
            return _replace(path, found, error)
    except (sqlite3.Error, OSError) as error:
        if _code(error) == sqlite3.SQLITE_BUSY:
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


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is damaged."""
    return _code(error) in _CORRUPT


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY_CODE


class _UnusableError(Exception):
    """The file is not an outbox that this Facet can go on with.

    Attributes:
        is_log_right: whether there is no doubt that the write-ahead log belongs to the file.
    """

    def __init__(self, found: str, *, is_log_right: bool = False) -> None:
        super().__init__(found)
        self.is_log_right = is_log_right


@dataclass(frozen=True, slots=True)
class _Files:
    """What was on the disk before SQLite has changed any of it.

    Attributes:
        database: content of the file.
        log: content of its write-ahead log.
    """

    database: bytes
    log: bytes

    @classmethod
    def read(cls, path: Path) -> _Files:
        return cls(*(_content(_beside(path, suffix)) for suffix in ("", "-wal")))

    def check_log(self) -> None:
        """Look for what SQLite would pass over in silence.

        Raises:
            _UnusableError: there is such a thing.
        """
        if not self.log:
            return
        log = read_log(self.log, page_size_of(self.database))
        if not self.database:
            message = "it is empty, and its write-ahead log is not"
        elif not log.is_whole:
            message = "its write-ahead log is damaged or not complete"
        elif is_log_foreign(self.database, log):
            message = "its write-ahead log belongs to another database"
        else:
            return
        raise _UnusableError(message)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _connect(path: Path) -> sqlite3.Connection:
    # One thread at a time: the one that opens it may hand it to the worker.
    database = sqlite3.connect(path, check_same_thread=False)
    # Damaged text is no error of its own: its row's checksum is wrong.
    database.text_factory = lambda content: content.decode(errors="replace")
    try:
        # For this process alone, and so without shared memory: SQLite would map it from a file, and a full disk would
        # end the process with SIGBUS instead of an error.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A write-ahead log that is synced at each commit: an event survives the power cut.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        # What was delivered is overwritten: it is about people, and nobody may take it for what waits.
        database.execute("PRAGMA secure_delete = ON")
        _migrate(database, path)
        _check(database)
    except UnicodeDecodeError as error:
        # Of a name in a damaged schema, which SQLite complains about.
        database.close()
        message = "its schema is damaged"
        raise _UnusableError(message) from error
    except sqlite3.DatabaseError as error:
        database.close()
        # What is wrong with a statement, every one of which is a constant, is wrong with the schema.
        if is_damage(error) or _code(error) == sqlite3.SQLITE_ERROR:
            raise _UnusableError(str(error)) from error
        raise
    except _UnusableError:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        message = (
            f"its schema has version {version}, this Facet knows {len(_MIGRATIONS)}: a newer Facet wrote it, and sends "
            f"what is left in it if you install that one and put the file back as {path.name}"
        )
        raise _UnusableError(message)
    if version == 0 and database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        message = "it is the database of another program"
        raise _UnusableError(message)
    for step in range(version, len(_MIGRATIONS)):
        # In one transaction: a power cut leaves the version before or the one after.
        database.executescript(
            f"BEGIN; {_MIGRATIONS[step]}; PRAGMA user_version = {step + 1}; COMMIT"
        )
    present = [name for _, name, *_ in database.execute("PRAGMA table_info(events)")]
    if present[: 1 + len(RELEASED_COLUMNS)] != ["position", *RELEASED_COLUMNS]:
        message = f"its table has the columns {', '.join(present) or 'of nothing'}"
        raise _UnusableError(message)
    if present[1:] == list(COLUMNS):
        return
    added = ";".join(
        f"ALTER TABLE events ADD COLUMN {name} {kind}" for name, kind in _ADDED.items()
    )
    # Which database it is, so that the log of another one is recognised: see outbox_salvage.
    identity = 1 + secrets.randbelow(2**31 - 1)
    database.executescript(f"BEGIN; {added}; PRAGMA application_id = {identity}; COMMIT")
    with suppress(sqlite3.Error):
        # Without what an older Facet has deleted and not overwritten.
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _check(database: sqlite3.Connection) -> None:
    """Look at everything once: an index, a table and a row that do not agree are damage.

    Raises:
        _UnusableError: something does not agree.
    """
    found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise _UnusableError(found)
    rows = database.execute(f"SELECT {SELECTED} FROM events")  # noqa: S608 - constants
    damaged = sum(from_row(row) is None for row in rows)
    if damaged:
        message = f"{damaged} of its events are not as they were written"
        raise _UnusableError(message, is_log_right=True)
    _protect(database)


def _protect(database: sqlite3.Connection) -> None:
    """Give a checksum to what an older Facet has left behind."""
    query = f"SELECT {SELECTED} FROM events WHERE checksum IS NULL"  # noqa: S608 - constants
    old = [event for row in database.execute(query) if (event := from_row(row)) is not None]
    if not old:
        return
    names = ", ".join(f"{name} = ?" for name in COLUMNS)
    update = f"UPDATE events SET {names} WHERE event_id = ?"  # noqa: S608 - constants
    # A disk that is full takes it some other time; they can be read without.
    with suppress(sqlite3.OperationalError), database:
        database.executemany(update, [(*to_row(event), event.event_id) for event in old])


def _replace(path: Path, found: _Files, error: _UnusableError) -> Opened:
    """Put a new file in the place of one that cannot be used, with what can be read of that."""
    saved = salvage(found.database, found.log, is_log_right=error.is_log_right)
    try:
        aside = keep_aside(path, {"": found.database, "-wal": found.log})
        _write(path, saved.events)
        database = _connect(path)
    except (sqlite3.Error, OSError, _UnusableError) as trouble:
        # The files stay as they are, for a start with a disk that takes a new one.
        _LOG.error(
            "%s cannot be used (%s), nor replaced (%s). %s Until the next start they and later ones wait in memory; "
            "make room on the disk, or set node.state_directory to a folder that can be written",
            path,
            error,
            trouble,
            _count(saved),
        )
        database = _connect(IN_MEMORY)
        _insert(database, saved.events)
        return Opened(database, saved.damaged)
    _LOG.error(
        "%s cannot be used (%s); it is kept as %s. %s", path, error, aside.name, _count(saved)
    )
    return Opened(database, saved.damaged)


def _count(saved: Salvaged) -> str:
    lost = f"{saved.damaged} are damaged and lost" if saved.damaged else "no damaged one was found"
    return f"{len(saved.events)} undelivered events were read from it and go on waiting; {lost}."


def _write(path: Path, events: Iterable[Event]) -> None:
    """Replace the file by a new one with these events; before the last step the old one is untouched."""
    unfinished = _beside(path, ".new")
    for suffix in _SUFFIXES:
        _beside(unfinished, suffix).unlink(missing_ok=True)
    with closing(_connect(unfinished)) as database:
        _insert(database, events)
    unfinished.replace(path)
    # They belong to the old file. A power cut before this leaves a log that the next start knows to be another's.
    for suffix in _SUFFIXES[1:]:
        _beside(path, suffix).unlink(missing_ok=True)


def _insert(database: sqlite3.Connection, events: Iterable[Event]) -> None:
    with database:
        database.executemany(INSERT, map(to_row, events))
