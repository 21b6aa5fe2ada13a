"""When the index is read: at the start, at the owner's interval, and sooner after a hint."""

from __future__ import annotations

import logging
from collections.abc import Callable
from random import random

from device.errors import UpdateError
from device.supervision.heartbeat import Heartbeat
from device.system.secret_address import SecretAddress
from device.updates.node.index import Index, read_index
from device.updates.node.timing import Timing

_LOG = logging.getLogger(__name__)


class IndexReader:
    """Reads the index when it is time to.

    Args:
        address: of the index; None where there is none.
        interval: between two readings, in seconds.
        heartbeat: of the thread that reads.
        timing: how long to wait.
        clock: monotonic, in seconds.
        jitter: draws 0..1.
    """

    def __init__(
        self,
        address: SecretAddress | None,
        interval: float,
        heartbeat: Heartbeat,
        *,
        timing: Timing,
        clock: Callable[[], float],
        jitter: Callable[[], float] = random,
    ) -> None:
        self._address = address
        self._interval = interval
        self._heartbeat = heartbeat
        self._timing = timing
        self._clock = clock
        self._jitter = jitter
        self._last = self._next = float("-inf")
        self._has_hint = False
        self._last_error = ""

    def hint(self) -> None:
        """Read sooner: somebody published that there is a new version. Any thread may call this, however often."""
        self._has_hint = True

    def read_if_due(self) -> Index | None:
        """Return the index, if it is time to read it and it can be read."""
        if self._address is None:
            return None
        if self._has_hint:
            self._has_hint = False
            self._next = min(self._next, self._last + self._timing.minimum_interval)
        if self._clock() < self._next:
            return None
        self._last = self._clock()
        self._heartbeat.begin("reading the index", self._timing.margin)
        try:
            index = read_index(self._address)
        except UpdateError as error:
            self._next = self._last + min(self._interval, self._timing.retry)
            level = logging.DEBUG if str(error) == self._last_error else logging.WARNING
            self._last_error = str(error)
            _LOG.log(level, "%s", error)
            return None
        # Many nodes should not ask one server at the same moment.
        self._next = self._last + self._interval * (0.9 + 0.2 * self._jitter())
        self._last_error = ""
        return index
