"""A network between a node and its broker, which a test can cut."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import Self

from tests.broker.mosquitto import PATIENCE, free_port, listens, wait_for


class Network:
    """Forwards TCP connections to a port until it is cut.

    Attributes:
        port: the port that clients connect to.
        host: where the other port is; may be changed while it is cut.
    """

    def __init__(self, target: int, host: str = "127.0.0.1") -> None:
        self.port = free_port()
        self.host = host
        self._target = target
        self._process: subprocess.Popen[bytes] | None = None

    def restore(self) -> None:
        """Forward connections again."""
        program = shutil.which("socat")
        assert program, "socat is missing: apt-get install socat"
        here = f"TCP-LISTEN:{self.port},bind=127.0.0.1,reuseaddr,fork"
        command = [program, here, f"TCP:{self.host}:{self._target}"]
        # It starts a child for each connection; they share a process group.
        self._process = subprocess.Popen(command, start_new_session=True)
        wait_for(lambda: listens(self.port), "the network forwards connections")

    def cut(self) -> None:
        """Drop all connections, and accept no new ones."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(PATIENCE)
            self._process = None

    def __enter__(self) -> Self:
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
