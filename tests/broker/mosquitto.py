"""Mosquitto as a child process."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.child import Child

PATIENCE = 45.0
"""Seconds until a test gives up waiting; a test that passes waits for a fraction of them, also on a busy machine."""


# Below those from which Linux takes one for each outgoing connection, which would take a port before it is used.
_PORTS = range(20_000, 32_768)


def free_port() -> int:
    """Return a TCP port that nothing listens on, and that no other test of this machine has.

    Seconds may pass until what it is for listens, and other workers and tiers ask meanwhile. Whoever has a port keeps
    an abstract socket of its name until the process ends.
    """
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - not cryptography
        with socket.socket(socket.AF_UNIX) as kept, socket.socket() as probe, suppress(OSError):
            kept.bind(f"\0facet-tests-port-{port}")
            probe.bind(("127.0.0.1", port))
            kept.detach()
            return port


def listens(port: int) -> bool:
    """Return whether something listens on a TCP port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until the condition holds; fail with these words when it does not."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"not within {patience:.0f} s: {what}"
        time.sleep(0.02)


def password_file(folder: Path, **passwords: str) -> str:
    """Write a file of users and their passwords, and return the line that makes the broker use it."""
    file = folder / "passwords"
    program = shutil.which("mosquitto_passwd")
    assert program, "mosquitto_passwd is missing: apt-get install mosquitto"
    file.touch()
    for user, password in passwords.items():
        subprocess.run([program, "-b", file, user, password], check=True, capture_output=True)
    return f"password_file {file}"


class Mosquitto(Child):
    """One broker. Leaving the context ends it."""

    def __init__(self, folder: Path, port: int, lines: tuple[str, ...]) -> None:
        super().__init__(folder / "log")
        self.port = port
        self._folder = folder
        self.configure(*lines)

    def configure(self, *lines: str) -> None:
        """Write its configuration, for the next start or reload."""
        configuration = [
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            f"persistence_location {self._folder}/",
            # As root it would change to a user that cannot read a test's files.
            "user root",
            *lines,
        ]
        (self._folder / "mosquitto.conf").write_text("\n".join(configuration) + "\n")

    def start(self) -> None:
        """Start, and wait until it listens."""
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        assert program, "mosquitto is missing: apt-get install mosquitto"
        self._run(program, "-v", "-c", self._folder / "mosquitto.conf")
        wait_for(self._listens, f"mosquitto listens; its log:\n{self.log}")

    def suspend(self) -> None:
        """Stop it where it is: its connections stay, and it answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it was suspended."""
        self._signal(signal.SIGCONT)

    def reload(self) -> None:
        """Let it read its configuration and its passwords again."""
        self._signal(signal.SIGHUP)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "mosquitto was not started"
        self._process.send_signal(number)

    def _listens(self) -> bool:
        self._assert_runs()
        return listens(self.port)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End it also if it is suspended; what is retained is kept for the next start."""
        process.send_signal(signal.SIGCONT)
        super()._end(process)
