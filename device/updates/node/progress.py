"""How far an installation is, in percent. Pure."""

from __future__ import annotations

HANDED_OVER_PERCENT = 90
"""While root installs. It takes no steps that the node could see, and is done in a minute or two."""

_DOWNLOADED_PERCENT = 80
# Home Assistant's database gets a row for each value.
_STEP_PERCENT = 5


def download_percent(received: int, total: int | None) -> int | None:
    """Return how far an installation is while its file comes; None if the server does not say how long that is.

    Args:
        received: bytes so far.
        total: bytes of the whole file, as the server says; anything.
    """
    if total is None or total <= 0:
        return None
    percent = min(received / total, 1.0) * _DOWNLOADED_PERCENT
    return int(percent) // _STEP_PERCENT * _STEP_PERCENT
