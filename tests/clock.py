"""A clock for tests: no test waits for time to pass where it can say that it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A monotonic clock, in seconds, that moves when it is told to; now() is the same in UTC."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds

    def now(self) -> datetime:
        """Return the time in UTC."""
        return EPOCH + timedelta(seconds=self.seconds)
