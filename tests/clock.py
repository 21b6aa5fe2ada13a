"""A clock for tests: a test moves it instead of waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A monotonic clock, in seconds, that moves only when a test moves it; now() is the same in UTC."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds

    def now(self) -> datetime:
        """Return the time in UTC."""
        return EPOCH + timedelta(seconds=self.seconds)
