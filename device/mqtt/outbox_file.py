"""The outbox's file: how it is opened, and replaced by what can be read of it when it is damaged."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from device.errors import OutboxError, OutboxInUseError
from device.mqtt.outbox_aside import keep_aside
from device.mqtt.outbox_rows import to_row
from device.mqtt.outbox_salvage import Salvaged, is_log_foreign, page_size_of, salvage
from device.mqtt.outbox_schema import INSERT, UnusableError, connect, primary_code
from device.mqtt.waiting_event import Event
from device.mqtt.write_ahead_log import read_log
from device.observation import utc_now
from device.system.partial_read import Pread, read_what_can_be_read

_LOG = logging.getLogger(__name__)

IN_MEMORY = Path(":memory:")
"""SQLite's name for a database without a file."""
# Of the file, which need not be that long: what SQLite locks.
_LOCKED_FROM, _LOCKED_BYTES = 0x40000000, 512
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


def open_database(path: Path, pread: Pread = os.pread) -> Opened:
    """Open the outbox's database, for this process alone.

    Args:
        path: its folder must exist. A file that is damaged, or is not an outbox that this Facet knows, is set aside; a
            new one takes its place, with each event that can still be read. IN_MEMORY has no file.
        pread: reads the disk.

    Raises:
        OutboxError: the folder cannot be written.
        OutboxInUseError: another process has the file open.
    """
    try:
        if path == IN_MEMORY:
            return Opened(connect(path))
        found = _Files.read(path, pread)
        try:
            _check_kind(path)
            found.check(path)
            return Opened(connect(path))
        except UnusableError as error:
            return _replace(path, found, error)
    except (sqlite3.Error, OSError) as error:
        if primary_code(error) == sqlite3.SQLITE_BUSY:
            raise _in_use(path) from error
        raise disk_error(path, error) from error


def _in_use(path: Path) -> OutboxInUseError:
    return OutboxInUseError(
        f"{path} is used by another process: another `facet run`? Stop that one, "
        "or set a different node.state_directory for this node"
    )


def disk_error(path: Path, error: Exception) -> OutboxError:
    """Return the error for a disk that refuses, with what its owner can do."""
    return OutboxError(
        f"{path}: {error}; make room on the disk, or set node.state_directory to a "
        "folder that can be written"
    )


@dataclass(frozen=True, slots=True)
class _Files:
    """What was on the disk before SQLite has changed any of it.

    Attributes:
        database: content of the file.
        log: content of its write-ahead log.
        is_whole: whether the disk has returned all of both.
    """

    database: bytes
    log: bytes
    is_whole: bool

    @classmethod
    def read(cls, path: Path, pread: Pread) -> _Files:
        (database, is_read), (log, is_log_read) = (
            _content(_beside(path, suffix), pread) for suffix in ("", "-wal")
        )
        return cls(database, log, is_read and is_log_read)

    def check(self, path: Path) -> None:
        """Look for what SQLite cannot read, or would pass over in silence.

        Raises:
            UnusableError: there is such a thing.
            OutboxInUseError: another process is at work on the log, or may be.
        """
        log = read_log(self.log, page_size_of(self.database))
        if not self.is_whole:
            message = "the disk cannot read all of it"
        elif self.log and not self.database:
            message = "it is empty, and its write-ahead log is not"
        elif not log.is_whole:
            message = "its write-ahead log is damaged or not complete"
        elif is_log_foreign(self.database, log):
            message = "its write-ahead log belongs to another database"
        else:
            return
        if _is_locked(path):
            raise _in_use(path)
        raise UnusableError(message)


def _check_kind(path: Path) -> None:
    """Look for something else in the place of a file.

    Raises:
        UnusableError: there is such a thing.
    """
    for file in (path, _beside(path, "-wal")):
        if file.exists() and not file.is_file():
            message = f"{file.name} is not a file"
            raise UnusableError(message)


def _content(path: Path, pread: Pread) -> tuple[bytes, bool]:
    # A pipe would make whoever reads it wait for ever.
    return read_what_can_be_read(path, pread) if path.is_file() else (b"", True)


def _is_locked(path: Path) -> bool:
    """Whether another process has the database open; SQLite would say so, and must not touch this one."""
    if not path.exists():
        return False
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKED_BYTES, _LOCKED_FROM)
        except (BlockingIOError, PermissionError):
            return True
    return False


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _replace(path: Path, found: _Files, error: UnusableError) -> Opened:
    """Put a new file in the place of one that cannot be used, with what can be read of that."""
    saved = salvage(found.database, found.log, is_log_right=error.is_log_right)
    try:
        aside = keep_aside(path, {"": found.database, "-wal": found.log}, utc_now())
        _write(path, saved.events)
        database = connect(path)
    except (sqlite3.Error, OSError, UnusableError) as trouble:
        # The files stay as they are, for a start with a disk that takes a new one.
        _LOG.error(
            "%s cannot be used (%s), nor replaced (%s). %s Until the next start they and later ones wait in memory; "
            "make room on the disk, or set node.state_directory to a folder that can be written",
            path,
            error,
            trouble,
            _count(saved),
        )
        database = connect(IN_MEMORY)
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
    with closing(connect(unfinished)) as database:
        _insert(database, events)
    unfinished.replace(path)
    # They belong to the old file. A power cut before this leaves a log that the next start knows to be another's.
    for suffix in _SUFFIXES[1:]:
        # Nobody reads a folder under this name.
        with suppress(IsADirectoryError):
            _beside(path, suffix).unlink(missing_ok=True)


def _insert(database: sqlite3.Connection, events: Iterable[Event]) -> None:
    with database:
        database.executemany(INSERT, map(to_row, events))
