"""Log lines that a stranger can cause: one in a while, so that nobody can fill the disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

_QUIET_SECONDS = 60.0


class SeldomLog:
    """Warns once in a while; what comes between is only for those who look for it.

    Args:
        log: where.
        clock: monotonic, in seconds.
    """

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._clock = clock
        self._next: dict[str, float] = {}

    def warning(self, message: str, *arguments: object) -> None:
        """Log something, by its message without the arguments."""
        now = self._clock()
        is_due = now >= self._next.get(message, now)
        if is_due:
            self._next[message] = now + _QUIET_SECONDS
        self._log.log(logging.WARNING if is_due else logging.DEBUG, message, *arguments)
