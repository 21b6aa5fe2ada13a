"""A rival as a child process: the path of a picture in, one line of JSON out."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from time import perf_counter
from typing import IO, Any, cast

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.environments import ROOT
from benchmarks.rivals.rivals import WORDS
from device.observation import Box

_LONGEST_ANSWER_SECONDS = (
    600.0  # TensorFlow starts in some seconds, on a crowded machine in minutes
)
_LONGEST_STOP_SECONDS = 20.0
_SHOWN_CHARACTERS = 1500
_MEMORY = re.compile(r"^(VmHWM|VmRSS):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face that a rival found, and what it says of it, by CelebA's names."""

    box: Box
    says: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rival says of one picture.

    Attributes:
        milliseconds: that this took, without reading the picture.
        cpu_milliseconds: of all threads.
        faces: in the order in which the rival names them.
    """

    milliseconds: float
    cpu_milliseconds: float
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in millions of bytes: the most that was resident, and what is now."""

    peak_mb: float
    resident_mb: float


class Running:
    """A rival that runs. Made by `start`.

    Args:
        name: for messages.
        process: with pipes.
        log: what it prints.
        started: when, on the clock of perf_counter.
    """

    def __init__(
        self, name: str, process: subprocess.Popen[str], log: Path, started: float
    ) -> None:
        self.started = started
        self._name = name
        self._process = process
        self._log = log

    def ask(self, picture: Path) -> Answer:
        """Return what the rival says of a picture, a binary PPM.

        Raises:
            BenchmarkError: it does not answer.
        """
        questions = _pipe(self._process.stdin)
        try:
            questions.write(f"{picture}\n")
            questions.flush()
        except BrokenPipeError as error:
            ended = "has ended"
            raise self._fault(ended) from error
        return parse_answer(self.line())

    def line(self) -> str:
        """Return the next line that the rival says.

        Raises:
            BenchmarkError: it ends, or says nothing for ten minutes.
        """
        limit = Timer(_LONGEST_ANSWER_SECONDS, self._process.kill)
        limit.start()
        try:
            line = _pipe(self._process.stdout).readline()
        finally:
            limit.cancel()
        if not line:
            silent = f"ends, or says nothing for {_LONGEST_ANSWER_SECONDS:.0f} seconds"
            raise self._fault(silent)
        return line

    def memory(self) -> Memory:
        """Return what the kernel says of the process."""
        return parse_memory(Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8"))

    def _fault(self, what: str) -> BenchmarkError:
        printed = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return BenchmarkError(
            f"the rival {self._name} {what}; it printed:\n{printed[-_SHOWN_CHARACTERS:]}\n"
            f"Correct that, or leave it out: --without {self._name}"
        )


@contextmanager
def start(name: str, command: Sequence[str], log: Path) -> Iterator[Running]:
    """Run a rival until the block ends.

    Args:
        name: for messages.
        command: that starts it.
        log: takes what it prints.

    Raises:
        BenchmarkError: it cannot be started, or does not become ready.
    """
    with log.open("w", encoding="utf-8") as printed:
        started = perf_counter()
        try:
            process = _spawn(command, printed)
        except OSError as error:
            message = (
                f"the rival {name} cannot be started: {error}; or leave it out: --without {name}"
            )
            raise BenchmarkError(message) from error
        with process:
            try:
                running = Running(name, process, log, started)
                running.line()  # that it is ready
                yield running
            finally:
                _stop(process)


def _spawn(command: Sequence[str], printed: IO[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=printed,
        text=True,
    )


def _pipe(end: IO[str] | None) -> IO[str]:
    """Return an end of a pipe that _spawn has asked for."""
    return cast("IO[str]", end)


def _stop(process: subprocess.Popen[str]) -> None:
    """End a rival as the end of its input does, or at last by force."""
    try:
        _pipe(process.stdin).close()
        process.wait(_LONGEST_STOP_SECONDS)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        process.kill()


def parse_answer(line: str) -> Answer:
    """Return an answer from a line of the protocol."""
    document: Mapping[str, Any] = json.loads(line)
    return Answer(
        document["milliseconds"],
        document["cpu_milliseconds"],
        tuple(
            SeenFace(
                Box(*face["box"]),
                {word: face["says"][word] for word in WORDS if word in face["says"]},
            )
            for face in document["faces"]
        ),
    )


def parse_memory(status: str) -> Memory:
    """Return the memory in /proc/PID/status, which counts in units of 1024 bytes."""
    found = {name: int(kibibytes) * 1024 / 1e6 for name, kibibytes in _MEMORY.findall(status)}
    return Memory(found["VmHWM"], found["VmRSS"])
