"""Ends a process that has stopped making progress, and leaves word why."""

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

_INTERVAL = 1.0
# Rounds in a row. A process that was stopped as a whole, or a machine that slept, is late with everything at once;
# its threads catch up within a round.
_PATIENCE = 3
EXIT_CODE = os.EX_SOFTWARE


class Supervisor:
    """Watches the threads' heartbeats, on a thread of its own. It only ends; it never vouches for the others.

    Args:
        heartbeats: one of each thread that must not hang.
        die: called once, with the cause.
        interval: seconds between two looks.
    """

    def __init__(
        self,
        heartbeats: Sequence[Heartbeat],
        die: Callable[[str], object],
        interval: float = _INTERVAL,
    ) -> None:
        self._heartbeats = heartbeats
        self._die = die
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        late = 0
        while not self._stopping.wait(self._interval):
            causes = [cause for heartbeat in self._heartbeats if (cause := heartbeat.overdue())]
            late = late + 1 if causes else 0
            if late >= _PATIENCE:
                self._die("; ".join(causes))
                return


def die(cause: str) -> NoReturn:
    """End the process at once, with the cause and every thread's stack on standard error.

    Cleaning up could hang as well: the broker publishes the will, and what matters is on disk.
    """
    _LOG.critical("The node ends itself: %s", cause)
    faulthandler.dump_traceback(sys.stderr)
    logging.shutdown()
    os._exit(EXIT_CODE)
