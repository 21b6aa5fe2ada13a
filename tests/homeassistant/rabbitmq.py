"""RabbitMQ with its MQTT plugin, which delivers no retained messages to subscriptions with a wildcard."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.broker.mosquitto import free_port, listens, wait_for
from tests.child import Child

USER = "guest"
"""RabbitMQ's own first user; the password is the same."""

# Seconds; Erlang starts slowly.
_START = 90.0


class RabbitMq(Child):
    """One broker without TLS. Leaving the context ends it.

    Args:
        folder: for all that it writes.
        more: lines of its configuration file.
    """

    _seconds_to_end = 30.0

    def __init__(self, folder: Path, *more: str) -> None:
        super().__init__(folder / "log")
        self.port = free_port()
        self.amqp_port = free_port()
        self._folder = folder
        self._names_port = free_port()
        lines = (
            f"listeners.tcp.default = 127.0.0.1:{self.amqp_port}",
            f"mqtt.listeners.tcp.default = 127.0.0.1:{self.port}",
            *more,
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
        self._run(program, environment=environment, is_new_session=True)
        wait_for(self._listens, f"RabbitMQ listens; its log: {folder}/log", _START)

    def kill(self) -> None:
        """End it at once, with all that it started, as soon as its queues outlive that.

        Which log belongs to a quorum queue is written to the disk up to three seconds after the queue is declared. If
        RabbitMQ is killed before, it begins another log, for which it never elects a leader
        (https://github.com/rabbitmq/rabbitmq-server/issues/15725).
        """
        assert self._process is not None, "RabbitMQ was not started"
        wait_for(self._has_recorded_queues, "RabbitMQ has recorded its queues")
        process, self._process = self._process, None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(self._seconds_to_end)

    def _has_recorded_queues(self) -> bool:
        """Return whether the file of names has the log of each quorum queue."""
        (names,) = (self._folder / "data").glob("*/quorum/*/names.dets")
        recorded = names.read_bytes()
        logs = (path.name for path in names.parent.iterdir() if path.is_dir())
        return all(log.encode() in recorded for log in logs)

    def _listens(self) -> bool:
        self._assert_runs()
        return listens(self.port) and listens(self.amqp_port)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End it with all that it started."""
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(self._seconds_to_end)
        # Erlang's name server outlives it, outside its process group.
        environment = {**os.environ, "ERL_EPMD_PORT": str(self._names_port)}
        subprocess.run(["epmd", "-kill"], env=environment, stdout=subprocess.DEVNULL, check=True)
