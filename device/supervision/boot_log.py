"""The memory of how the node's last starts ended, and when that is a reason for safe mode."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from device.system.json_store import JsonStore

_LOG = logging.getLogger(__name__)

MOST_FAILED_STARTS = 4
"""In a row; the next start is in safe mode."""

_UNKNOWN = (
    "the node ended without a word before it had settled: killed, out of memory, or without power"
)


class BootLog:
    """Counts the starts that came to nothing.

    A start has come to something when it is settled: see the agent, which says when.

    Args:
        memory: where the count is kept.
        now: tells the time in UTC.
    """

    def __init__(self, memory: JsonStore, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now
        stored = memory.load()
        count, failure = stored.get("unsettled"), stored.get("last_failure")
        self._unsettled = count if isinstance(count, int) else 0
        self._noted = stored.get("noted") is True
        self.last_failure = failure if isinstance(failure, str) else None
        """What ended the node when it last ended by itself, with its time; None if it never did."""

    def begin(self) -> bool:
        """Count a start, and return whether it should be one in safe mode."""
        if self._unsettled and not self._noted:
            self._remember(_UNKNOWN)
        self._unsettled += 1
        self._noted = False
        self._save()
        return self._unsettled > MOST_FAILED_STARTS

    def settled(self) -> None:
        """Forget the starts that failed: this one did not, or the owner wants to try again."""
        if self._unsettled:
            self._unsettled = 0
            self._save()

    def failed(self, cause: str) -> None:
        """Remember why the node is about to end."""
        self._remember(cause)
        self._noted = True
        self._save()

    def _remember(self, cause: str) -> None:
        self.last_failure = f"{self._now().isoformat(timespec='seconds')}: {cause}"
        _LOG.debug("noted: %s", self.last_failure)

    def _save(self) -> None:
        self._memory.save(
            {
                "unsettled": self._unsettled,
                "noted": self._noted,
                "last_failure": self.last_failure,
            }
        )
