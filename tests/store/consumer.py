"""`facet store run` as a process, as systemd would run it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.child import Child

_ROOT = Path(__file__).parents[2]


class StoreProcess(Child):
    """One consumer. Leaving the context ends it.

    Args:
        log: what it writes.
        database: URL.
        options: among them the broker's.
    """

    def __init__(self, log: Path, database: str, *options: str) -> None:
        super().__init__(log)
        self._arguments = ("--database", database, *options)

    def start(self) -> None:
        """Start it; it waits for the database and the broker by itself."""
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        command = (sys.executable, "-m", "device", "store", "run", *self._arguments)
        self._run(*command, environment=environment)

    def kill_and_start(self) -> None:
        """End it at once, and start it again."""
        assert self._process is not None, "it was not started"
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(self._seconds_to_end)
        self.start()

    @property
    def connections(self) -> int:
        """How often it has reached both, in all of its lives."""
        self._assert_runs()
        return self.log.count("Connected with the database and the broker")
