"""Logging: one line per event, with the thread that writes it; under systemd the journal adds the time."""

from __future__ import annotations

import logging
import os
import sys

from device.errors import LogLevelError

LEVELS = ("debug", "info", "warning", "error")


def start_logging(level: str) -> None:
    """Log to standard error from a level on.

    Raises:
        LogLevelError: the level is unknown.
    """
    if level not in LEVELS:
        message = f"--log-level: {level!r} is not one of {', '.join(LEVELS)}"
        raise LogLevelError(message)
    # Set by systemd for services whose output goes to the journal, which has its own time stamps.
    time = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    logging.basicConfig(
        level=level.upper(),
        stream=sys.stderr,
        format=f"{time}%(levelname)-7s (%(threadName)s) %(name)s: %(message)s",
    )
