"""How long the tests of faults and kills run: briefly, or with FACET_FULL=1 as long as docs/reliability.md states."""

from __future__ import annotations

import os

RECOVERY = 150.0
"""Seconds until a test gives up waiting for a node to be back: twice its longest back-off, and more."""

FULL = os.environ.get("FACET_FULL") == "1"


def scaled(full: int, short: int) -> int:
    """Return the number for a full run, or for a short one."""
    return full if FULL else short
