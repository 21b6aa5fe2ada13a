"""How long to wait before something that failed is tried again."""

from __future__ import annotations

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0


def backoff(failures: int, jitter: float) -> float:
    """Return the seconds to wait after a number of failures in a row.

    The delay doubles from FIRST_DELAY to LONGEST_DELAY. Jitter takes away up to half of it, so that
    the nodes of a house do not all knock at a camera or a broker in the same moment after a power
    cut.

    Args:
        failures: in a row, the newest included; at least 1.
        jitter: 0..1, drawn anew each time.

    Raises:
        ValueError: when failures or jitter is out of range.
    """
    if failures < 1 or not 0.0 <= jitter <= 1.0:
        message = f"failures is at least 1 and jitter 0..1, not {failures} and {jitter}"
        raise ValueError(message)
    # Past 2**16 the ceiling has long been reached; the exponent is held so that a float cannot
    # overflow.
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(failures - 1, 16))
    return max(FIRST_DELAY, delay * (1.0 - 0.5 * jitter))
