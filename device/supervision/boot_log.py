"""How the node's last boots ended, and when that is a reason for safe mode."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from device.system.json_store import JsonStore
from device.system.redaction import redact_urls

_LOG = logging.getLogger(__name__)

MAXIMUM_FAILED_BOOTS = 4
"""In a row; the next boot is in safe mode."""

_UNKNOWN = (
    "the node ended before it was healthy and without a recorded cause: killed, out of memory, "
    "or without power"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """When and why the node ended by itself.

    Attributes:
        at: in UTC.
        cause: for the owner.
    """

    at: datetime
    cause: str

    def __str__(self) -> str:
        """Return it as it stands on disk."""
        return f"{self.at.isoformat(timespec='seconds')}: {self.cause}"

    @classmethod
    def parse(cls, text: object) -> Self | None:
        """Return what str() made; None for anything else."""
        if not isinstance(text, str):
            return None
        moment, _, cause = text.partition(": ")
        try:
            return cls(datetime.fromisoformat(moment), cause)
        except ValueError:
            return None


class BootLog:
    """Counts the boots of the node that failed: those that ended before they were marked healthy.

    Args:
        store: where the count is kept.
        now: returns the time in UTC.
        redact: takes secrets out of a cause: the error of a library may repeat the address that it was given.

    Attributes:
        last_failure: when and why the node last ended by itself; None if it never did.
    """

    def __init__(
        self,
        store: JsonStore,
        now: Callable[[], datetime],
        redact: Callable[[str], str] = redact_urls,
    ) -> None:
        self._store = store
        self._now = now
        self._redact = redact
        self._failed_boots = 0
        self._has_cause = False
        self._is_overcome = False
        self.last_failure: Failure | None = None

    @classmethod
    def load(
        cls,
        store: JsonStore,
        now: Callable[[], datetime],
        redact: Callable[[str], str] = redact_urls,
    ) -> Self:
        """Return the log as it was kept; a file that cannot be read counts as empty.

        Args:
            store: see the class.
            now: see the class.
            redact: see the class.
        """
        log = cls(store, now, redact)
        # The keys on disk are those of the first release.
        stored = store.load()
        count = stored.get("unsettled")
        log._failed_boots = count if isinstance(count, int) else 0
        log._has_cause = stored.get("noted") is True
        log._is_overcome = stored.get("overcome") is True
        if failure := Failure.parse(stored.get("last_failure")):
            # An earlier release may have kept it as it was.
            log.last_failure = replace(failure, cause=redact(failure.cause))
        return log

    @property
    def present_failure(self) -> Failure | None:
        """The last failure until a boot after it is healthy; None from then on."""
        return None if self._is_overcome else self.last_failure

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
        if self._failed_boots or self.present_failure is not None:
            self._failed_boots = 0
            self._is_overcome = True
            self._save()

    def failed(self, cause: str) -> None:
        """Record why the node is about to end."""
        self._record(cause)
        self._has_cause = True
        self._save()

    def _record(self, cause: str) -> None:
        self.last_failure = Failure(self._now(), self._redact(cause))
        self._is_overcome = False
        _LOG.debug("The last failure is now: %s", self.last_failure)

    def _save(self) -> None:
        self._store.save(
            {
                "unsettled": self._failed_boots,
                "noted": self._has_cause,
                "overcome": self._is_overcome,
                "last_failure": None if self.last_failure is None else str(self.last_failure),
            }
        )
