"""What the node's threads report their progress to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from device.supervision.boot_log import BootLog
from device.supervision.heartbeat import Heartbeat
from device.supervision.systemd import notify
from device.supervision.watchdog import Supervisor, die


@dataclass(frozen=True, slots=True)
class Heartbeats:
    """The heartbeats of the threads that must not hang.

    Attributes:
        worker: of the thread of the loop.
        capture: of the thread that owns the camera and the networks.
        link: of the thread that keeps the connection with the broker.
        updates: of the thread that looks for newer versions, if there is one.
    """

    worker: Heartbeat = field(default_factory=lambda: Heartbeat("worker"))
    capture: Heartbeat = field(default_factory=lambda: Heartbeat("capture thread"))
    link: Heartbeat = field(default_factory=lambda: Heartbeat("link with the broker"))
    updates: Heartbeat = field(default_factory=lambda: Heartbeat("search for updates"))

    def progress(self) -> None:
        """Feed systemd's watchdog; the worker calls this after each round, so that no round means no food."""
        if self.capture.overdue() is None and self.link.overdue() is None:
            notify("READY=1", "WATCHDOG=1")


@contextmanager
def supervised(starts: BootLog) -> Iterator[Heartbeats]:
    """Give a watch whose broken promises end the process, and leave the cause to the next start."""

    def fail(cause: str) -> None:
        starts.failed(cause)
        die(cause)

    watch = Heartbeats()
    supervisor = Supervisor([watch.worker, watch.capture, watch.link, watch.updates], fail)
    supervisor.start()
    try:
        yield watch
    finally:
        supervisor.stop()
