"""Events on their way to the broker: on disk before they are published, gone once it has them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar

from device.mqtt.outbox_file import IN_MEMORY, Opened, disk_error, open_database
from device.mqtt.outbox_rows import COLUMNS, from_row, to_row
from device.mqtt.outbox_schema import INSERT, SELECTED, is_damage
from device.mqtt.waiting_event import Event, corrected
from device.system.clock import Reading

__all__ = ["CAPACITY", "IN_MEMORY", "MAX_AGE", "Event", "Outbox"]

_LOG = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

CAPACITY = 1000
"""Events; at eight kilobytes each, a few megabytes of a memory card."""
# What an empty outbox may take: the write-ahead log of some dozen observations.
_IDLE_BYTES = 1_000_000
MAX_AGE = timedelta(days=30)
"""An owner who was away for a month does not ask who stood at the door then."""
# Within one boot the seconds since then tell the age, whatever the clock was set to meanwhile. Across a restart of the
# machine there is only the time: it makes nothing too old if either of the two times is known to come from a clock
# that had not been set.
_DROP_TOO_OLD = """
    DELETE FROM events WHERE
        boot_id = :boot_id AND uptime < :uptime - :max_age
        OR (boot_id IS NOT :boot_id OR :boot_id = '') AND occurred_at < :occurred_at - :max_age
            AND is_clock_set IS NOT 0 AND :is_clock_set IS NOT 0
"""


class Outbox:
    """A durable queue; made by Outbox.open(). One thread at a time may use it. Leaving the context closes it.

    Args:
        path: of the database; IN_MEMORY is a queue that ends with the process.
        opened: what open_database() returns.
        capacity: events; when there are more the oldest are dropped.
    """

    def __init__(self, path: Path, opened: Opened, capacity: int) -> None:
        self._path = path
        self._database = opened.database
        # Closed because it was damaged, and not opened again yet.
        self._is_broken = False
        self._capacity = capacity
        self._waiting = 0
        self.dropped = opened.lost
        """How many events were given up since the start: there were too many, they were too old, or damaged."""

    @classmethod
    def open(cls, path: Path, capacity: int = CAPACITY) -> Self:
        """Open the outbox in a file, with what is pending in it.

        Args:
            path: of the database; its folder must exist. A damaged one is set aside and a new one made, with each
                event that can still be read.
            capacity: events; when there are more the oldest are dropped.

        Raises:
            OutboxError: the folder cannot be written.
            OutboxInUseError: another process has the file open.
        """
        outbox = cls(path, open_database(path), capacity)
        outbox._waiting = outbox._do(_count)
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
        row = dict(zip(COLUMNS, to_row(event), strict=True))

        def put(database: sqlite3.Connection) -> int:
            database.execute(INSERT, tuple(row.values()))
            limits = {**row, "max_age": MAX_AGE.total_seconds()}
            too_old = database.execute(_DROP_TOO_OLD, limits).rowcount
            too_many = max(_count(database) - self._capacity, 0)
            if too_many:
                database.execute(
                    "DELETE FROM events WHERE position IN "
                    "(SELECT position FROM events ORDER BY position LIMIT ?)",
                    (too_many,),
                )
            return too_old + too_many

        if dropped := self._do(put):
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

        def ids(database: sqlite3.Connection) -> list[str]:
            rows = database.execute("SELECT event_id FROM events ORDER BY position")
            return [event_id for (event_id,) in rows]

        return self._do(ids)

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
        removal = "DELETE FROM events WHERE event_id = ?"
        self._do(lambda database: database.executemany(removal, [(i,) for i in event_ids]))
        if not self._waiting:
            self._shrink()

    def correct(self, now: Reading) -> int:
        """Give each event of this boot the time at which it occurred by the clock as it is set now.

        A restart of the machine leaves nothing but the time to go by.

        Args:
            now: what the clocks show.

        Returns:
            How many were changed.

        Raises:
            OutboxError: the disk does not take it; then none is changed.
        """
        changes = [
            (*to_row(after), before.event_id)
            for before in self._select("WHERE boot_id = ? ORDER BY position", now.boot_id)
            if (after := corrected(before, now)) != before
        ]
        if changes:
            update = f"UPDATE events SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE event_id = ?"  # noqa: S608 - constants
            self._do(lambda database: database.executemany(update, changes))
        return len(changes)

    def close(self) -> None:
        """Close the file; what is pending stays in it."""
        self._is_broken = False
        self._database.close()

    def __len__(self) -> int:
        """Return how many events are pending; does not ask the disk."""
        return self._waiting

    def _select(self, which: str, *values: str) -> list[Event]:
        query = f"SELECT {SELECTED} FROM events {which}"  # noqa: S608 - constants and question marks

        def events(database: sqlite3.Connection) -> list[Event]:
            found = [from_row(row) for row in database.execute(query, values)]
            intact = [event for event in found if event is not None]
            if len(intact) < len(found):
                raise _DamagedRowError
            return intact

        return self._do(events)

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

    def _do(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Do something in one transaction; if the file proves damaged, once more with what can be read of it.

        Raises:
            OutboxError: the disk does not take it.
        """
        if self._is_broken:
            self._open_again()
        try:
            return self._transaction(work)
        except (sqlite3.Error, _DamagedRowError) as error:
            if isinstance(error, sqlite3.Error) and not is_damage(error):
                raise disk_error(self._path, error) from error
        self._open_again()
        try:
            return self._transaction(work)
        except (sqlite3.Error, _DamagedRowError) as error:
            raise disk_error(self._path, error) from error

    def _open_again(self) -> None:
        """Replace a damaged file by what can be read of it; if the disk refuses, the next call tries that again."""
        self._is_broken = True
        self._database.close()
        opened = open_database(self._path)
        self._database = opened.database
        self._is_broken = False
        self.dropped += opened.lost

    def _transaction(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        with self._database as database:
            result = work(database)
            self._waiting = _count(database)
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _DamagedRowError(Exception):
    """A row is not as it was written."""


def _count(database: sqlite3.Connection) -> int:
    count: int = database.execute("SELECT count(*) FROM events").fetchone()[0]
    return count
