"""What the node's threads report their progress to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from device.supervision.pulse import Pulse
from device.supervision.starts import StartLog
from device.supervision.supervisor import Supervisor, die
from device.supervision.systemd import notify


@dataclass(frozen=True, slots=True)
class Watch:
    """The pulses of the threads that must not hang.

    Attributes:
        worker: of the thread that owns the camera and the networks.
        link: of the thread that keeps the connection with the broker.
        updates: of the thread that looks for newer versions, if there is one.
    """

    worker: Pulse = field(default_factory=lambda: Pulse("worker"))
    link: Pulse = field(default_factory=lambda: Pulse("link with the broker"))
    updates: Pulse = field(default_factory=lambda: Pulse("search for updates"))

    def progress(self) -> None:
        """Feed systemd's watchdog; the worker calls this after each round, so that no round means no food."""
        if self.link.overdue() is None:
            notify("READY=1", "WATCHDOG=1")


@contextmanager
def supervised(starts: StartLog) -> Iterator[Watch]:
    """Give a watch whose broken promises end the process, and leave the cause to the next start."""

    def fail(cause: str) -> None:
        starts.failed(cause)
        die(cause)

    watch = Watch()
    supervisor = Supervisor([watch.worker, watch.link, watch.updates], fail)
    supervisor.start()
    try:
        yield watch
    finally:
        supervisor.stop()
