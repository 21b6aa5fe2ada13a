"""The heartbeats of the node's threads, and what depends on them: systemd's watchdog and the node's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from device.supervision.boot_log import BootLog
from device.supervision.heartbeat import Heartbeat
from device.supervision.systemd import notify
from device.supervision.watchdog import Watchdog, die


@dataclass(frozen=True, slots=True)
class Heartbeats:
    """The heartbeats of the threads that must not hang.

    Attributes:
        loop: of the thread that takes messages out of the inbox.
        capture: of the thread that owns the camera and the networks.
        link: of the thread that keeps the connection with the broker.
        updates: of the thread that looks for newer versions, if there is one.
    """

    loop: Heartbeat = field(default_factory=lambda: Heartbeat("loop"))
    capture: Heartbeat = field(default_factory=lambda: Heartbeat("capture thread"))
    link: Heartbeat = field(default_factory=lambda: Heartbeat("link with the broker"))
    updates: Heartbeat = field(default_factory=lambda: Heartbeat("search for updates"))

    def progress(self) -> None:
        """Feed systemd's watchdog, unless the capture thread or the link is overdue.

        The loop calls this after each round, so that systemd ends a node whose loop hangs.
        """
        if self.capture.overdue() is None and self.link.overdue() is None:
            notify("READY=1", "WATCHDOG=1")


@contextmanager
def watched_heartbeats(boot_log: BootLog) -> Iterator[Heartbeats]:
    """Give heartbeats that a watchdog checks: one that is overdue ends the process, with its cause in the boot log."""

    def fail(cause: str) -> None:
        boot_log.failed(cause)
        die(cause)

    heartbeats = Heartbeats()
    watchdog = Watchdog(
        [heartbeats.loop, heartbeats.capture, heartbeats.link, heartbeats.updates], fail
    )
    watchdog.start()
    try:
        yield heartbeats
    finally:
        watchdog.stop()
