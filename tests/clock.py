"""A clock for tests: a test moves it instead of waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from device.system.clock import Reading

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A monotonic clock, in seconds, that moves only when a test moves it; now() is the same in UTC.

    Attributes:
        seconds: since the boot.
        set_by: by how many seconds somebody has set the time, which `seconds` does not show.
        boot_id: names the boot.
        is_set: whether a time server has set the time; None where that cannot be known.
    """

    seconds: float = 1000.0
    set_by: float = 0.0
    boot_id: str = "this boot"
    is_set: bool | None = None

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds

    def now(self) -> datetime:
        """Return the time in UTC."""
        return EPOCH + timedelta(seconds=self.seconds + self.set_by)

    def read(self) -> Reading:
        """Return what both clocks show."""
        return Reading(self.now(), self.boot_id, self.seconds, self.is_set)

    def reboot(self, *, set_by: float) -> None:
        """Start the machine again; its time begins somewhere."""
        self.boot_id, self.seconds, self.set_by, self.is_set = (
            f"{self.boot_id}'",
            20.0,
            set_by,
            None,
        )
