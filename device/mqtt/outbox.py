"""Events on their way to the broker: on disk before they are published, gone once it has them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from device.mqtt.outbox_file import disk_error, open_database

_LOG = logging.getLogger(__name__)

_COLUMNS = "event_id, occurred_at, payload, state"
CAPACITY = 1000
"""Events; at eight kilobytes each, a few megabytes of a memory card."""
# What an empty outbox may take: the write-ahead log of some dozen observations.
_IDLE_BYTES = 1_000_000
IN_MEMORY = Path(":memory:")
"""SQLite's name for a database without a file."""
MAX_AGE = timedelta(days=30)
"""An owner who was away for a month does not ask who stood at the door then."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that the broker has not confirmed.

    Attributes:
        event_id: unique.
        occurred_at: when, in UTC.
        payload: its JSON.
        state: the state document that follows from it, as JSON; None if an older Facet left the event behind. Committed
            with the event, since a kill may come before the state is saved separately.
    """

    event_id: str
    occurred_at: datetime
    payload: str
    state: str | None = None


class Outbox:
    """A durable queue; made by Outbox.open(). One thread at a time may use it. Leaving the context closes it.

    Args:
        path: of the database; IN_MEMORY is a queue that ends with the process.
        database: opened by open_database().
        capacity: events; when there are more the oldest are dropped.
    """

    def __init__(self, path: Path, database: sqlite3.Connection, capacity: int) -> None:
        self._path = path
        self._database = database
        self._capacity = capacity
        self._waiting = 0
        self.dropped = 0
        """How many events were given up since the start because there were too many, or they too old."""

    @classmethod
    def open(cls, path: Path, capacity: int = CAPACITY) -> Self:
        """Open the outbox in a file, with what is pending in it.

        Args:
            path: of the database; its folder must exist. A damaged one is set aside and a new one made.
            capacity: events; when there are more the oldest are dropped.

        Raises:
            OutboxError: the folder cannot be written.
            OutboxInUseError: another process has the file open.
        """
        outbox = cls(path, open_database(path), capacity)
        with outbox._transaction() as database:
            outbox._waiting = _count(database)
        if outbox._waiting:
            _LOG.info("%s: %d events wait for the broker", path, outbox._waiting)
        return outbox

    @property
    def is_full(self) -> bool:
        """Whether the next event drops the oldest; does not ask the disk."""
        return self._waiting >= self._capacity

    def append(self, event: Event) -> None:
        """Put an event on disk; an id that is there already is left as it is.

        Raises:
            OutboxError: the disk does not take it.
        """
        oldest = (event.occurred_at - MAX_AGE).timestamp()
        with self._transaction() as database:
            database.execute(
                f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?) "  # noqa: S608 - a constant
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

    def pending_ids(self) -> list[str]:
        """Return the ids of what the broker has not confirmed, the oldest first.

        Raises:
            OutboxError: the disk does not return them.
        """
        with self._transaction() as database:
            rows = database.execute("SELECT event_id FROM events ORDER BY position")
            return [event_id for (event_id,) in rows]

    def read(self, event_ids: Sequence[str]) -> list[Event]:
        """Return those of these events that are pending, the oldest first.

        Raises:
            OutboxError: the disk does not return them.
        """
        places = ", ".join("?" * len(event_ids))
        return self._select(f"WHERE event_id IN ({places}) ORDER BY position", *event_ids)

    def newest(self) -> Event | None:
        """Return the newest of what the broker has not confirmed; None if there is none.

        Raises:
            OutboxError: the disk does not return it.
        """
        return next(iter(self._select("ORDER BY position DESC LIMIT 1")), None)

    def delivered(self, *event_ids: str) -> None:
        """Remove events, in one transaction; an unknown id is not an error, since a confirmation may come twice.

        Raises:
            OutboxError: the disk does not take it; then none is removed.
        """
        with self._transaction() as database:
            database.executemany(
                "DELETE FROM events WHERE event_id = ?", [(event_id,) for event_id in event_ids]
            )
            self._waiting = _count(database)
        if not self._waiting:
            self._shrink()

    def close(self) -> None:
        """Close the file; what is pending stays in it."""
        self._database.close()

    def __len__(self) -> int:
        """Return how many events are pending; does not ask the disk."""
        return self._waiting

    def _select(self, which: str, *values: str) -> list[Event]:
        query = f"SELECT {_COLUMNS} FROM events {which}"  # noqa: S608 - constants and question marks
        with self._transaction() as database:
            return [
                Event(event_id, datetime.fromtimestamp(occurred_at, UTC), payload, state)
                for event_id, occurred_at, payload, state in database.execute(query, values)
            ]

    def _shrink(self) -> None:
        """Return to the disk the room that an outage or the write-ahead log has taken."""
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
            raise disk_error(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _count(database: sqlite3.Connection) -> int:
    count: int = database.execute("SELECT count(*) FROM events").fetchone()[0]
    return count
