"""The outbox's database: how it is opened, migrated to the newest schema, and checked."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import suppress
from pathlib import Path

from device.mqtt.outbox_rows import COLUMNS, RELEASED_COLUMNS, from_row, to_row

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
# Of SQLite: the file is damaged, is not a database at all, or claims that a row is longer than any can be.
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG})
# Its codes say more in the bits above these.
_PRIMARY_CODE = 0xFF


class UnusableError(Exception):
    """The file is not an outbox that this Facet can go on with.

    Attributes:
        is_log_right: whether there is no doubt that the write-ahead log belongs to the file.
    """

    def __init__(self, found: str, *, is_log_right: bool = False) -> None:
        super().__init__(found)
        self.is_log_right = is_log_right


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is damaged."""
    return primary_code(error) in _CORRUPT


def primary_code(error: Exception) -> int:
    """Return the kind of SQLite's error; 0 if it is none of SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY_CODE


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for this process alone, and look at everything in it.

    Args:
        path: of the file, which is made if it is not there.

    Raises:
        UnusableError: it is damaged, or not an outbox that this Facet knows.
        sqlite3.Error: the disk does not take it, or another process has it open.
    """
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
        # What was delivered is overwritten: it is about people, and nobody may take it for what waits. Debian's SQLite
        # does so unasked.
        database.execute("PRAGMA secure_delete = ON")
        _migrate(database, path)
        _check(database)
    except UnicodeDecodeError as error:
        # Of a name in a damaged schema, which SQLite complains about.
        database.close()
        message = "its schema is damaged"
        raise UnusableError(message) from error
    except sqlite3.DatabaseError as error:
        database.close()
        # What is wrong with a statement, every one of which is a constant, is wrong with the schema.
        if is_damage(error) or primary_code(error) == sqlite3.SQLITE_ERROR:
            raise UnusableError(str(error)) from error
        raise
    except UnusableError:
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
        raise UnusableError(message)
    if version == 0 and database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        message = "it is the database of another program"
        raise UnusableError(message)
    for step in range(version, len(_MIGRATIONS)):
        # In one transaction: a power cut leaves the version before or the one after.
        database.executescript(
            f"BEGIN; {_MIGRATIONS[step]}; PRAGMA user_version = {step + 1}; COMMIT"
        )
    present = [name for _, name, *_ in database.execute("PRAGMA table_info(events)")]
    if present[: 1 + len(RELEASED_COLUMNS)] != ["position", *RELEASED_COLUMNS]:
        message = f"its table has the columns {', '.join(present) or 'of nothing'}"
        raise UnusableError(message)
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
        UnusableError: something does not agree.
    """
    found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise UnusableError(found)
    rows = database.execute(f"SELECT {SELECTED} FROM events")  # noqa: S608 - constants
    damaged = sum(from_row(row) is None for row in rows)
    if damaged:
        message = f"{damaged} of its events are not as they were written"
        raise UnusableError(message, is_log_right=True)
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
