"""What a line of the log has, in a process whose logging nobody else has set up."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from device.errors import LogLevelError
from device.system.logs import start_logging

_PROGRAM = """
import logging, threading
from device.system.logs import start_logging

start_logging("info")
log = logging.getLogger("device.example")
log.debug("not shown")
log.info("in the main thread")
thread = threading.Thread(target=log.warning, args=["in another"], name="facet-example")
thread.start()
thread.join()
"""


def _lines(program: str = _PROGRAM, **added: str) -> list[str]:
    environment = {key: text for key, text in os.environ.items() if key != "JOURNAL_STREAM"}
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | added,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert result.stdout == ""
    return result.stderr.splitlines()


def test_a_line_names_the_thread_that_wrote_it() -> None:
    """After the level, and before the module; the journal adds the time."""
    assert _lines(JOURNAL_STREAM="8:1") == [
        "INFO    (MainThread) device.example: in the main thread",
        "WARNING (facet-example) device.example: in another",
    ]


def test_outside_the_journal_a_line_begins_with_the_time() -> None:
    """Of this machine, to the millisecond."""
    lines = _lines()
    assert len(lines) == 2
    for line in lines:
        assert re.match(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO   |WARNING) \((MainThread|facet-example)\) ",
            line,
        )


def test_an_unknown_level_is_an_error_that_lists_the_known_ones() -> None:
    """As the owner typed it."""
    with pytest.raises(LogLevelError, match="'loud' is not one of debug, info, warning, error"):
        start_logging("loud")


_REDACTED = """
import logging
from device.system.known_secrets import KnownSecrets
from device.system.logs import start_logging

start_logging("info", KnownSecrets(["hush-broker"]).redact)
log = logging.getLogger("a.library")
log.info("connecting to %s as %s", "rtsp://me:hush-camera@cam/1", "hush-broker")
try:
    raise ValueError("rtsp://cam/?pwd=hush-camera")
except ValueError:
    log.exception("it failed")
"""


def test_no_line_of_any_library_shows_a_url_or_a_secret() -> None:
    """Nor does a traceback."""
    lines = _lines(_REDACTED, JOURNAL_STREAM="8:1")
    assert lines[0] == "INFO    (MainThread) a.library: connecting to rtsp://cam/*** as ***"
    assert lines[-1] == "ValueError: rtsp://cam/***"
    assert "hush" not in "".join(lines)
