"""How long the node waits before it tries again: to connect, and to send what was refused. Pure."""

from __future__ import annotations

from device.errors import AbsentError, LinkError
from device.system.backoff import backoff

# A wrong password does not go away by itself, and some brokers lock out a client that tries it often.
_OWNER_FACTOR = 10
# Seconds. While no broker is there an attempt costs next to nothing, and a broker that is back should not wait long.
_LONGEST_WHILE_ABSENT = 10.0
# Seconds. A cluster knows after the first of them that a member has died.
_FIRST_WHILE_REFUSED, _LONGEST_WHILE_REFUSED = 10.0, 600.0


def delay_after(error: LinkError, failures: int, jitter: float) -> float:
    """Return the seconds until the next attempt.

    Args:
        error: why the last one failed.
        failures: in a row, the newest included; at least 1.
        jitter: 0..1, drawn for each attempt.
    """
    if isinstance(error, AbsentError):
        return backoff(failures, jitter, _LONGEST_WHILE_ABSENT)
    return backoff(failures, jitter) * (_OWNER_FACTOR if error.needs_owner else 1)


class RefusedForNow:
    """When to send again what the broker has refused for now: ten seconds later, and twice as long after each time."""

    def __init__(self) -> None:
        self._due: float | None = None
        self._seconds = _FIRST_WHILE_REFUSED

    def refused(self, now: float) -> None:
        """Take note that something was refused; now is in seconds that never go back."""
        if self._due is None:
            self._due = now + self._seconds
            self._seconds = min(2 * self._seconds, _LONGEST_WHILE_REFUSED)

    def is_over(self, now: float) -> bool:
        """Return whether it is time to send it again; true once for each time."""
        if self._due is None or now < self._due:
            return False
        self._due = None
        return True
