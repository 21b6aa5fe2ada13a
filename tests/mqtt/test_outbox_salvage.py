"""What is read without SQLite is what SQLite reads."""

from __future__ import annotations

import pytest

from device.mqtt.outbox_salvage import salvage
from tests.mqtt.outbox_damage import NAME, left_by_a_node

_LOG = f"{NAME}-wal"


@pytest.mark.parametrize("seed", range(20))
def test_all_that_waits_is_read_and_nothing_that_was_delivered(seed: int) -> None:
    """In its order, from the file and from the log of a killed node."""
    left = left_by_a_node(seed)
    saved = salvage(left.files[NAME], left.files.get(_LOG, b""), is_log_right=True)
    assert saved.events == left.waiting
    assert saved.damaged == 0


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 8192, bytes(range(256)) * 64, b"\x09\x00U" * 9000]
)
def test_nothing_is_read_from_nothing(content: bytes) -> None:
    """Whatever it is."""
    assert salvage(content, content, is_log_right=False).events == ()


def test_without_the_first_page_everything_else_is_read() -> None:
    """It has the schema, and where the table begins."""
    left = next(
        left for left in map(left_by_a_node, range(40)) if _LOG not in left.files and left.waiting
    )
    database = bytes(4096) + left.files[NAME][4096:]
    assert salvage(database, b"", is_log_right=False).events == left.waiting
