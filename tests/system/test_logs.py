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


def _lines(**added: str) -> list[str]:
    environment = {key: text for key, text in os.environ.items() if key != "JOURNAL_STREAM"}
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
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
