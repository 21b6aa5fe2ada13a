"""The scripts in examples/ as child processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from device.mqtt.topics import Topics
from tests.broker.mosquitto import PATIENCE, wait_for

ROOT = Path(__file__).parents[2]
ENDING = 60.0
"""Seconds that a script may take; a busy machine needs five."""
TOPICS = Topics("facet", "hall")


def command(script: str, *arguments: object) -> list[str]:
    """Return how a script is started."""
    return [sys.executable, str(ROOT / "examples" / f"{script}.py"), *map(str, arguments)]


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script to its end."""
    return subprocess.run(
        command(script, *arguments), capture_output=True, text=True, timeout=ENDING, check=False
    )


def output_of(script: str, *arguments: object) -> str:
    """Return what a script prints that ends well."""
    ended = run(script, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


class Running:
    """A script that runs, and what it has printed so far.

    Attributes:
        process: the script's; its standard input is a pipe.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def lines(self) -> list[str]:
        """The lines on standard output and standard error that are complete."""
        return self._log.read_text().split("\n")[:-1]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The lines that are JSON."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def wait_for(self, text: str) -> str:
        """Return the first line with a text, as soon as there is one."""
        wait_for(
            lambda: any(text in line for line in self.lines),
            f"{text!r} in {self._log.read_text()}",
            ENDING,
        )
        return next(line for line in self.lines if text in line)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running(folder: Path, script: str, *arguments: object) -> Iterator[Running]:
    """Run a script while the context lasts."""
    log = folder / f"{script}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command(script, *arguments),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield Running(process, log)
        finally:
            process.kill()


def write_config(folder: Path, portrait: Path, port: int) -> Path:
    """Write the configuration of a node whose camera shows the portrait."""
    path = folder / "facet.yaml"
    sections: Mapping[str, Mapping[str, object]] = {
        "node": {"id": TOPICS.node, "state_directory": str(folder / "state")},
        "mqtt": {"host": "127.0.0.1", "port": port},
        "camera": {"source": str(portrait)},
    }
    path.write_text(yaml.safe_dump(sections))
    return path
