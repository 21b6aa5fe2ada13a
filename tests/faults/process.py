"""`facet run` as a separate process, seen from outside: its log, its disk, its memory, its descriptors."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import psutil
import yaml

from device.cli.memory.steps import memory
from device.mqtt.topics import Topics
from tests.broker.mosquitto import PATIENCE, wait_for
from tests.faults.node_log import NodeLog
from tests.faults.pressed import DEBOUNCE, PIN
from tests.faults.scale import RECOVERY

TOPICS = Topics("facet", "hall")


class Node:
    """A node that can be started, pressed, killed and started again. Leaving the context ends it.

    Attributes:
        state: its state directory.
        log: of all its starts.
        presses: how often its button was pressed, those before a kill included.

    Args:
        folder: for its configuration, its log and, unless state is given, its state.
        picture: stands before its camera.
        mqtt: the section mqtt of its configuration; the broker is on this machine.
        state: its state directory.
        environment: is added to that of this process.
        people: the section people of its configuration.
    """

    def __init__(
        self,
        folder: Path,
        picture: Path,
        mqtt: Mapping[str, object],
        *,
        state: Path | None = None,
        environment: Mapping[str, str] | None = None,
        people: Mapping[str, object] | None = None,
    ) -> None:
        self.state = state or folder / "state"
        self.log = NodeLog(folder / "facet.log")
        self._configuration = folder / "facet.yaml"
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._picture = picture
        self._people = dict(people or {})
        self._life = 0
        self.presses = 0
        self.configure(mqtt)

    def configure(self, mqtt: Mapping[str, object]) -> None:
        """Write the configuration, for the next start."""
        settings: dict[str, Any] = {
            "node": {"id": TOPICS.node, "state_directory": str(self.state)},
            "mqtt": {"host": "127.0.0.1", "keep_alive": 5, **mqtt},
            "camera": {"source": str(self._picture)},
            # What is asked here is whether the state is that of the newest observation, whenever that was.
            "attributes": {"expiry": 0},
            "triggers": {"burst": 1, "button": {"pin": PIN, "debounce": DEBOUNCE}},
            "people": self._people,
        }
        self._configuration.write_text(yaml.safe_dump(settings))

    def start(self) -> None:
        """Start, and return at once."""
        self._life = len(self.log.text)
        with self.log.path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.pressed", "run", "-c", self._configuration],
                stdin=subprocess.PIPE,
                stderr=log,
                env=self._environment,
            )

    def press(self, times: int = 1) -> None:
        """Press the button; the presses are a twentieth of a second apart."""
        pipe = self._running.stdin
        assert pipe is not None
        pipe.write(b"\n" * times)
        pipe.flush()
        self.presses += times

    def wait_until_pressable(self) -> None:
        """Wait until it watches the button's pin."""
        self.wait_for_log("is watched", since=self._life)

    def kill(self) -> None:
        """End it as a power cut would, but for what the kernel holds."""
        self._running.kill()
        self._wait()

    def stop(self) -> int:
        """End it as systemd does; return its exit code."""
        self._running.send_signal(signal.SIGTERM)
        return self._wait()

    def wait_for_log(self, words: str, since: int = 0) -> None:
        """Wait until its log has these words after its first `since` characters."""
        wait_for(
            lambda: words in self.log.text[since:],
            f"{words!r} in the log {self.log.path}",
            RECOVERY,
        )

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    @property
    def anonymous_bytes(self) -> int:
        """The memory that is in no file: the code of libraries comes and goes, see device.system.memory."""
        return round(memory(Path(f"/proc/{self._running.pid}/smaps_rollup"))["anonymous_mb"] * 1e6)

    @property
    def written_bytes(self) -> int:
        """What it has had written to a block device since its start (proc(5), io)."""
        return int(psutil.Process(self._running.pid).io_counters().write_bytes)

    @property
    def descriptors(self) -> int:
        """How many files, sockets and pipes it has open."""
        return int(psutil.Process(self._running.pid).num_fds())

    @property
    def threads(self) -> int:
        """How many threads it has."""
        return int(psutil.Process(self._running.pid).num_threads())

    @property
    def outbox_bytes(self) -> int:
        """What the outbox takes on disk, its write-ahead log included."""
        return sum(path.stat().st_size for path in self.state.glob("outbox.sqlite*"))

    def waiting(self) -> list[str]:
        """The ids of the events in its outbox, read from a copy of the files as they are now."""
        files = list(self.state.glob("outbox.sqlite*"))
        with TemporaryDirectory() as folder:
            for path in files:
                # The shared memory's file is made again; a torn copy of it would mislead.
                if not path.name.endswith("-shm"):
                    shutil.copy(path, folder)
            database = sqlite3.connect(Path(folder) / "outbox.sqlite")
            with closing(database):
                # A kill during the first start may have come before the table was made.
                tables = database.execute("SELECT name FROM sqlite_master").fetchall()
                query = "SELECT event_id FROM events ORDER BY position"
                rows = database.execute(query).fetchall() if ("events",) in tables else []
        return [event_id for (event_id,) in rows]

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the node was not started"
        assert self._process.poll() is None, f"the node has ended:\n{self.log.text[-3000:]}"
        return self._process

    def _wait(self) -> int:
        assert self._process is not None
        code = self._process.wait(PATIENCE)
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None
        return code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._wait()
