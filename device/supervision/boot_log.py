"""How the node's last boots ended, and when that is a reason for safe mode."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Self

from device.system.json_store import JsonStore

_LOG = logging.getLogger(__name__)

MAXIMUM_FAILED_BOOTS = 4
"""In a row; the next boot is in safe mode."""

_UNKNOWN = (
    "the node ended before it was healthy and without a recorded cause: killed, out of memory, "
    "or without power"
)


class BootLog:
    """Counts the boots of the node that failed: those that ended before they were marked healthy.

    Args:
        store: where the count is kept.
        now: returns the time in UTC.

    Attributes:
        last_failure: when and why the node last ended by itself; None if it never did.
    """

    def __init__(self, store: JsonStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._failed_boots = 0
        self._has_cause = False
        self.last_failure: str | None = None

    @classmethod
    def load(cls, store: JsonStore, now: Callable[[], datetime]) -> Self:
        """Return the log as it was kept; a file that cannot be read counts as empty.

        Args:
            store: see the class.
            now: see the class.
        """
        log = cls(store, now)
        # The keys on disk are those of the first release.
        stored = store.load()
        count, failure = stored.get("unsettled"), stored.get("last_failure")
        log._failed_boots = count if isinstance(count, int) else 0
        log._has_cause = stored.get("noted") is True
        log.last_failure = failure if isinstance(failure, str) else None
        return log

    def begin(self) -> bool:
        """Count a boot, and return whether it should be in safe mode."""
        if self._failed_boots and not self._has_cause:
            self._record(_UNKNOWN)
        self._failed_boots += 1
        self._has_cause = False
        self._save()
        return self._failed_boots > MAXIMUM_FAILED_BOOTS

    def mark_healthy(self) -> None:
        """Forget the boots that failed: this one has not, or the owner wants to try again."""
        if self._failed_boots:
            self._failed_boots = 0
            self._save()

    def failed(self, cause: str) -> None:
        """Record why the node is about to end."""
        self._record(cause)
        self._has_cause = True
        self._save()

    def _record(self, cause: str) -> None:
        self.last_failure = f"{self._now().isoformat(timespec='seconds')}: {cause}"
        _LOG.debug("The last failure is now: %s", self.last_failure)

    def _save(self) -> None:
        self._store.save(
            {
                "unsettled": self._failed_boots,
                "noted": self._has_cause,
                "last_failure": self.last_failure,
            }
        )
