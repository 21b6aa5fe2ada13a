"""Logging: one line per event, with the thread that writes it; under systemd the journal adds the time."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable

from device.errors import LogLevelError
from device.system.redaction import redact_urls

LEVELS = ("debug", "info", "warning", "error")


class RedactingFormatter(logging.Formatter):
    """Redacts each record as a whole: with what a library logs, and with the errors of a traceback."""

    def __init__(self, line: str, redact: Callable[[str], str]) -> None:
        super().__init__(line)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of a traceback."""
        return self._redact(super().format(record))


def start_logging(level: str, redact: Callable[[str], str] = redact_urls) -> None:
    """Log to standard error from a level on.

    Args:
        level: one of LEVELS.
        redact: takes secrets out of a text.

    Raises:
        LogLevelError: the level is unknown.
    """
    if level not in LEVELS:
        message = f"--log-level: {level!r} is not one of {', '.join(LEVELS)}"
        raise LogLevelError(message)
    # Set by systemd for services whose output goes to the journal, which has its own time stamps.
    time = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    line = f"{time}%(levelname)-7s (%(threadName)s) %(name)s: %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(line, redact))
    logging.basicConfig(level=level.upper(), handlers=[handler])
