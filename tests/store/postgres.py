"""PostgreSQL as a child process, with a cluster of its own and a socket in a folder of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tests.broker.mosquitto import wait_for
from tests.child import Child

OWNER = "postgres"
"""The cluster's superuser."""

# Seconds; it may have to recover from a crash.
_START = 90.0
# It would report itself to its makers.
_TIMESCALE = ("-c", "shared_preload_libraries=timescaledb", "-c", "timescaledb.telemetry_level=off")
_names = count()


class Postgres(Child):
    """One server. Leaving the context ends it.

    Args:
        folder: an empty one that every user may enter: PostgreSQL does not run as root.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "log")
        self._folder = folder
        self._user = OWNER if os.geteuid() == 0 else None
        self._programs = _programs()
        if self._user is not None:
            shutil.chown(folder, self._user)

    @property
    def has_timescale(self) -> bool:
        """Whether TimescaleDB is installed: it is a package of Debian 13, and of no older one."""
        return (self._programs.parent / "lib" / "timescaledb.so").exists()

    def make(self) -> None:
        """Make the cluster. Whoever connects through the socket may call themselves what they like."""
        command = ("--pgdata", self._folder / "data", "--username", OWNER, "--auth", "trust")
        options = ("--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8")
        subprocess.run(
            [self._programs / "initdb", *command, *options],
            user=self._user,
            cwd="/",
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        """Start, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", self._folder / "data"),
                    *("-k", self._folder, "-h", "", "-c", "timezone=UTC"),
                    # What a process has written outlives it; only a machine that fails takes it along.
                    *("-c", "fsync=off"),
                    *(_TIMESCALE if self.has_timescale else ()),
                ],
                user=self._user,
                cwd="/",
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(self._answers, f"PostgreSQL answers; its log: {self._folder}/log", _START)

    def crash(self) -> None:
        """End it at once, as a power cut does: without writing what is in memory, and with every connection broken."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(self._seconds_to_end)

    def database(self) -> str:
        """Make an empty database and return its name."""
        name = f"facet{next(_names)}"
        self.execute("postgres", f"create database {name}")
        return name

    def url(self, database: str, user: str = OWNER) -> str:
        """Return the URL of a database."""
        return f"postgresql:///{database}?host={self._folder}&user={user}"

    def execute(self, database: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run SQL as the superuser, and return the rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        self._assert_runs()
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End it in order, without waiting for clients."""
        process.send_signal(signal.SIGINT)
        process.wait(self._seconds_to_end)


def _programs() -> Path:
    """Return where Debian's package has its programs, of the newest version."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])
    )
    assert found, f"PostgreSQL is missing ({getpass.getuser()}): apt-get install postgresql"
    return found[-1].parent
