"""How long the link waits before it tries to connect again. Pure."""

from __future__ import annotations

from device.errors import AbsentError, LinkError
from device.system.backoff import backoff

# A wrong password does not go away by itself, and some brokers lock out a client that tries it often.
_OWNER_FACTOR = 10
# Seconds. While no broker is there an attempt costs next to nothing, and a broker that is back should not wait long.
_LONGEST_WHILE_ABSENT = 10.0


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
