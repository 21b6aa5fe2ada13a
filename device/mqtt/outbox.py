"""Events on their way to the broker: on disk before they are published, gone once it has them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
_EVENTS = "SELECT event_id, occurred_at, payload, state FROM events ORDER BY position"
# Of SQLite: the file is damaged, or is no database at all.
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
CAPACITY = 1000
"""Events; at three kilobytes each, a few megabytes of a memory card."""
# What an empty outbox may take: the write-ahead log of some dozen observations.
_IDLE_BYTES = 1_000_000
IN_MEMORY = Path(":memory:")
"""SQLite's name for a database that is no file."""
MAX_AGE = timedelta(days=30)
"""Whoever has not been reachable for a month does not ask who stood at the door then."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that the broker has not confirmed.

    Attributes:
        event_id: unique.
        occurred_at: when, in UTC.
        payload: its JSON.
        state: the state document that follows from it, as JSON; None if an older Facet left the event behind. Committed
            with the event, for a kill may come before the state is saved by itself.
    """

    event_id: str
    occurred_at: datetime
    payload: str
    state: str | None = None


class Outbox:
    """A durable queue. One thread at a time may use it.

    Args:
        path: of the database; its folder must exist. A damaged one is kept aside and a new one
            made. IN_MEMORY is a queue that does not outlive the process.
        capacity: events; when there are more the oldest are dropped.

    Raises:
        OutboxError: the folder cannot be written.
        OutboxInUseError: another process has the file open.
    """

    def __init__(self, path: Path, capacity: int = CAPACITY) -> None:
        self._path = path
        self._capacity = capacity
        self.dropped = 0
        """How many events were given up since the start because there were too many, or they too old."""
        self._database = self._open()
        with self._transaction() as database:
            self._waiting = _count(database)
        if self._waiting:
            _LOG.info("%s: %d events wait for the broker", path, self._waiting)

    def append(self, event: Event) -> None:
        """Put an event on disk; an id that is there already is left as it is.

        Raises:
            OutboxError: the disk does not take it.
        """
        oldest = (event.occurred_at - MAX_AGE).timestamp()
        with self._transaction() as database:
            database.execute(
                "INSERT INTO events (event_id, occurred_at, payload, state) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (event_id) DO NOTHING",
                (event.event_id, event.occurred_at.timestamp(), event.payload, event.state),
            )
            before = _count(database)
            database.execute("DELETE FROM events WHERE occurred_at < ?", (oldest,))
            database.execute(
                "DELETE FROM events WHERE position IN "
                "(SELECT position FROM events ORDER BY position LIMIT ?)",
                (max(_count(database) - self._capacity, 0),),
            )
            self._waiting = _count(database)
        if dropped := before - self._waiting:
            self.dropped += dropped
            _LOG.warning(
                "%s: %d events were dropped, for it keeps %d and none older than %d days; %d since the start",
                self._path,
                dropped,
                self._capacity,
                MAX_AGE.days,
                self.dropped,
            )

    def pending(self) -> list[Event]:
        """Return what the broker has not confirmed, the oldest first.

        Raises:
            OutboxError: the disk does not give it.
        """
        return self._select(_EVENTS)

    def newest(self) -> Event | None:
        """Return the newest of what the broker has not confirmed; None if there is none.

        Raises:
            OutboxError: the disk does not give it.
        """
        return next(iter(self._select(f"{_EVENTS} DESC LIMIT 1")), None)

    def delivered(self, event_id: str) -> None:
        """Forget an event; an unknown id is no error, for a confirmation may come twice.

        Raises:
            OutboxError: the disk does not take it.
        """
        with self._transaction() as database:
            database.execute("DELETE FROM events WHERE event_id = ?", (event_id,))
            self._waiting = _count(database)
        if not self._waiting:
            self._shrink()

    def close(self) -> None:
        """Close the file; what is pending stays in it."""
        self._database.close()

    def __len__(self) -> int:
        """Return how many events are pending; does not ask the disk."""
        return self._waiting

    def _select(self, query: str) -> list[Event]:
        with self._transaction() as database:
            return [
                Event(event_id, datetime.fromtimestamp(occurred_at, UTC), payload, state)
                for event_id, occurred_at, payload, state in database.execute(query)
            ]

    def _shrink(self) -> None:
        """Give the disk back what an outage or the write-ahead log has taken of it."""
        log = self._path.with_name(f"{self._path.name}-wal")
        size = sum(file.stat().st_size for file in (self._path, log) if file.exists())
        if size < _IDLE_BYTES:
            return
        try:
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            _LOG.debug("%s stays at %d bytes: %s", self._path, size, error)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._database:
                yield self._database
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def _open(self) -> sqlite3.Connection:
        try:
            try:
                return _open_database(self._path)
            except _UnusableError as error:
                self._put_aside(error)
                return _open_database(self._path)
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                msg = (
                    f"{self._path} is used by another process: another `facet run`? Stop that one, "
                    "or give this node a node.state_directory of its own"
                )
                raise OutboxInUseError(msg) from error
            raise self._trouble(error) from error

    def _put_aside(self, error: _UnusableError) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        self._path.replace(aside)
        # They belong to the damaged file, and would spoil the new one.
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        _LOG.error(
            "%s cannot be used (%s); it is kept as %s, and the undelivered events in it are lost",
            self._path,
            error,
            aside.name,
        )

    def _trouble(self, error: Exception) -> OutboxError:
        return OutboxError(
            f"{self._path}: {error}; make room on the disk, or set node.state_directory to a "
            "folder that can be written"
        )


class _UnusableError(Exception):
    """The file is not an outbox of ours, or no longer."""


def _open_database(path: Path) -> sqlite3.Connection:
    # One thread at a time: who makes it may hand it to the worker.
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        # For this process alone, and so without shared memory: SQLite would map it from a file, and a full disk would
        # end the process with SIGBUS instead of an error.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A write-ahead log that is synced at each commit: an event survives the power cut.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _check(database)
    except sqlite3.DatabaseError as error:
        database.close()
        if error.sqlite_errorcode in _CORRUPT:
            raise _UnusableError(str(error)) from error
        raise
    except _UnusableError:
        database.close()
        raise
    return database


def _check(database: sqlite3.Connection) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        msg = f"its schema has version {version}, this Facet knows {len(_MIGRATIONS)}"
        raise _UnusableError(msg)
    for step in range(version, len(_MIGRATIONS)):
        # In one transaction: a power cut leaves the version before or the one after.
        database.executescript(
            f"BEGIN; {_MIGRATIONS[step]}; PRAGMA user_version = {step + 1}; COMMIT"
        )
    damage = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise _UnusableError(damage)


def _count(database: sqlite3.Connection) -> int:
    count: int = database.execute("SELECT count(*) FROM events").fetchone()[0]
    return count
