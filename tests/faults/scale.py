"""How long the tests of faults run: briefly, or with FACET_FULL=1 in the numbers that docs/reliability.md states."""

from __future__ import annotations

import os

FULL = os.environ.get("FACET_FULL") == "1"


def scaled(full: int, short: int) -> int:
    """Return the number for a full run, or for a short one."""
    return full if FULL else short
