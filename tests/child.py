"""A program that runs during a test."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self


class Child(ABC):
    """A program as a child process, which writes into a file. Leaving the context ends it.

    Args:
        log: the file.
    """

    _seconds_to_end: ClassVar[float] = 45.0

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """End it, if it was started."""
        if self._process is not None:
            process, self._process = self._process, None
            self._end(process)

    @property
    def log(self) -> str:
        """All that it wrote."""
        return self._log.read_text(errors="replace")

    def _run(
        self,
        *command: str | Path,
        environment: Mapping[str, str] | None = None,
        is_new_session: bool = False,
    ) -> None:
        """Start a command, as this child; without `environment` it inherits the test's."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=is_new_session,
            )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End the process as systemd would."""
        process.terminate()
        process.wait(self._seconds_to_end)

    def _assert_runs(self) -> None:
        """Fail, with the end of what it wrote, if it has ended by itself."""
        assert self._process is not None, "it was not started"
        assert self._process.poll() is None, self.log[-3000:]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
