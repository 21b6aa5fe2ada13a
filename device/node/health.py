"""Whether this start of the node succeeded, and whether perception works."""

from __future__ import annotations

from collections.abc import Callable

from device.errors import PerceptionError
from device.node.observer import Shot
from device.node.timing import Timing
from device.supervision.boot_log import BootLog
from device.system.json_store import JsonStore, Shape

MAX_FAILURES = 3
"""In a row; then the process ends, as one that hangs does, and after a few such starts safe mode comes."""

_FAILURE, _ENDED_START = "failure", "ended_start"
_SHAPE = Shape(
    {_FAILURE: (str, type(None)), _ENDED_START: (bool,)}, required=_FAILURE, may_be_empty=True
)


class Health:
    """Tells the boot log when the node is healthy: after a picture was answered, or after a while.

    A while does not count if perception ended the start before: such a node runs for as long as nobody presses, and
    would never enter safe mode. Safe mode never counts: only its owner ends it.

    Args:
        boot_log: counts the starts that failed.
        store: keeps the last failure of perception until the next success, and whether it ended the start.
        is_safe_mode: of this start.
        clock: monotonic, in seconds.
        timing: when a node is healthy.
    """

    def __init__(
        self,
        boot_log: BootLog,
        store: JsonStore,
        *,
        is_safe_mode: bool,
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        self._boot_log = boot_log
        self._store = store
        self._is_safe_mode = is_safe_mode
        self._clock = clock
        self._timing = timing
        self._healthy_at = float("inf")
        self._failures = 0
        self._failure: str | None = None

    @property
    def fault(self) -> str | None:
        """What is wrong with perception, for the owner; None when nothing is."""
        return self._failure

    def begin(self) -> None:
        """Take note that the node starts now."""
        stored = self._store.load(_SHAPE)
        self._failure = stored.get(_FAILURE)
        if stored.get(_ENDED_START, False):
            # Only the start before counts: a power cut says nothing about perception.
            self._store.save({_FAILURE: self._failure})
        else:
            self._healthy_at = self._clock() + self._timing.healthy_after

    def tick(self) -> None:
        """Check whether the node has run for long enough; to be called about once a second."""
        if self._clock() >= self._healthy_at:
            self._mark_healthy()

    def captured(self, shot: Shot) -> None:
        """Take note of what came of a request.

        Raises:
            PerceptionError: perception has failed too often in a row.
        """
        if shot.failure is not None:
            self._failed(shot.failure)
        elif shot.observation.captured_at is not None:
            self._succeeded()

    def _failed(self, cause: str) -> None:
        self._failures += 1
        self._failure = f"perception failed with {cause}; press again, and if that stays, report it with the log"
        is_end = self._failures >= MAX_FAILURES
        self._store.save({_FAILURE: self._failure, _ENDED_START: is_end})
        if is_end:
            message = f"perception failed {self._failures} times in a row, last with {cause}"
            raise PerceptionError(message)

    def _succeeded(self) -> None:
        self._failures = 0
        if self._failure is not None:
            self._failure = None
            self._store.save({})
        self._mark_healthy()

    def _mark_healthy(self) -> None:
        self._healthy_at = float("inf")
        if not self._is_safe_mode:
            self._boot_log.mark_healthy()
