"""Processes that end with the one that started them, however that one ended."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread


def end_with_parent() -> None:
    """Let this process end at once when its parent has ended; a second run would meet it at the same files."""
    Thread(target=_wait_for_parent, name="facet-parent-watchdog", daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
