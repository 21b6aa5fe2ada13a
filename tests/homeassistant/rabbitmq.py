"""RabbitMQ with its MQTT plugin, which gives no retained message to who subscribes with a wildcard."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.broker.mosquitto import free_port, listens, wait_for

USER = "guest"
"""RabbitMQ's own first user; the password is the same."""

# Seconds; Erlang takes its time.
_START, _STOP = 90.0, 30.0


class RabbitMq:
    """One broker without TLS. Leaving the context ends it.

    Args:
        folder: for all that it writes.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._names_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        lines = (
            f"listeners.tcp.default = 127.0.0.1:{free_port()}",
            f"mqtt.listeners.tcp.default = 127.0.0.1:{self.port}",
        )
        (folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (folder / "plugins").write_text("[rabbitmq_mqtt].\n")

    def start(self) -> None:
        """Start, and wait until it listens."""
        # The package's own wrapper would change to the system's user and folders.
        program = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin")
        assert program, "rabbitmq-server is missing: apt-get install rabbitmq-server"
        folder = self._folder
        environment = {
            "HOME": str(folder),  # where Erlang puts its cookie
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._names_port),
            "RABBITMQ_NODENAME": f"facet{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
        }
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self._listens, f"RabbitMQ listens; its log: {folder}/log", _START)

    def stop(self) -> None:
        """End it with all that it started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(_STOP)
            self._process = None
            # Erlang's name server outlives it, in no group of anybody's.
            environment = {**os.environ, "ERL_EPMD_PORT": str(self._names_port)}
            subprocess.run(
                ["epmd", "-kill"], env=environment, stdout=subprocess.DEVNULL, check=True
            )

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")
        return listens(self.port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
