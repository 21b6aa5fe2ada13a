"""The watchdog ends what hangs, and leaves alone what is only late."""

from __future__ import annotations

import subprocess
import sys
import threading
from queue import SimpleQueue

from device.supervision.heartbeat import Heartbeat
from device.supervision.watchdog import EXIT_CODE, Watchdog
from tests.clock import Clock

_TIMEOUT_SECONDS = 10.0


def test_a_thread_that_hangs_ends_the_node_with_its_cause() -> None:
    """Once, however many rounds it still hangs."""
    clock = Clock()
    heartbeat = Heartbeat("worker", clock)
    causes: SimpleQueue[str] = SimpleQueue()
    watchdog = Watchdog([heartbeat], causes.put, interval=0.001)
    heartbeat.begin("a capture", 60)
    clock.seconds += 61
    watchdog.start()
    assert causes.get(timeout=_TIMEOUT_SECONDS) == (
        "the worker has been busy with a capture for 61 s, where 60 s are allowed"
    )
    watchdog.stop()
    assert causes.empty()


def test_a_thread_that_catches_up_is_left_alone() -> None:
    """A machine that slept is late with everything at once; a check or two later all is well."""
    clock = Clock()
    caught_up = threading.Event()

    class Late(Heartbeat):
        """Overdue at the first check only."""

        checks = 0

        def overdue(self) -> str | None:
            """Answer, and count."""
            self.checks += 1
            if self.checks > 5:
                caught_up.set()
            return "late" if self.checks == 1 else None

    causes: SimpleQueue[str] = SimpleQueue()
    watchdog = Watchdog([Late("worker", clock)], causes.put, interval=0.001)
    watchdog.start()
    assert caught_up.wait(_TIMEOUT_SECONDS)
    watchdog.stop()
    assert causes.empty()


def test_the_end_is_at_once_and_shows_every_thread() -> None:
    """The exit code says failure, standard error says why and where."""
    program = (
        "import logging, threading, time; logging.basicConfig()\n"
        "from device.supervision.watchdog import die\n"
        "threading.Thread(target=time.sleep, args=[60], name='sleeper').start()\n"
        "die('the worker hung')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == EXIT_CODE
    assert "The node ends itself: the worker hung" in ended.stderr
    assert ended.stderr.count("Thread 0x") + ended.stderr.count("Current thread 0x") >= 2
