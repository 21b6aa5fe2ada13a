"""Ends a process that has stopped making progress, and records why."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn

from device.supervision.heartbeat import Heartbeat

_LOG = logging.getLogger(__name__)

_INTERVAL_SECONDS = 1.0
# Checks in a row. A process that was stopped as a whole, or a machine that slept, is late with everything at once;
# its threads catch up between two checks.
_MAXIMUM_LATE_CHECKS = 3
EXIT_CODE = os.EX_SOFTWARE


class Watchdog:
    """Checks the threads' heartbeats, on a thread for that alone.

    It can only end the process; it never feeds systemd's watchdog in place of the others.

    Args:
        heartbeats: one of each thread that must not hang.
        fail: called once, with the cause.
        interval: seconds between two checks.
    """

    def __init__(
        self,
        heartbeats: Sequence[Heartbeat],
        fail: Callable[[str], object],
        interval: float = _INTERVAL_SECONDS,
    ) -> None:
        self._heartbeats = heartbeats
        self._fail = fail
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="facet-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to check."""
        self._thread.start()

    def stop(self) -> None:
        """Check no longer."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        late_checks = 0
        while not self._stopping.wait(self._interval):
            causes = [cause for heartbeat in self._heartbeats if (cause := heartbeat.overdue())]
            late_checks = late_checks + 1 if causes else 0
            if late_checks >= _MAXIMUM_LATE_CHECKS:
                self._fail("; ".join(causes))
                return


def die(cause: str) -> NoReturn:
    """End the process at once, with the cause and every thread's stack on standard error.

    Cleaning up could hang as well: the broker publishes the will, and what matters is on disk.
    """
    _LOG.critical("The node ends itself: %s", cause)
    faulthandler.dump_traceback(sys.stderr)
    logging.shutdown()
    os._exit(EXIT_CODE)
