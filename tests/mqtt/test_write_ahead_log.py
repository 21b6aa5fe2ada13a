"""A write-ahead log is read as SQLite reads it, and what SQLite would pass over is found."""

from __future__ import annotations

import pytest

from device.mqtt.outbox_salvage import is_log_foreign
from device.mqtt.write_ahead_log import read_log
from tests.mqtt.outbox_damage import NAME, Files, left_by_a_node

_LOG = f"{NAME}-wal"
_PAGE, _FRAME, _HEADER = 4096, 4096 + 24, 32
KILLED = [seed for seed in range(40) if _LOG in left_by_a_node(seed).files][:12]


def files_of(seed: int) -> Files:
    """What a killed node has left."""
    return left_by_a_node(seed).files


@pytest.mark.parametrize("seed", KILLED)
def test_a_kill_leaves_a_log_in_which_nothing_is_wrong(seed: int) -> None:
    """Or each kill would count as damage."""
    log = read_log(files_of(seed)[_LOG], _PAGE)
    assert log.is_whole
    assert len(log.committed) == (len(files_of(seed)[_LOG]) - _HEADER) // _FRAME
    assert not log.passed_over
    assert not is_log_foreign(files_of(seed)[NAME], log)


@pytest.mark.parametrize("at", [0, 8, 16, 24, _HEADER + 4, _HEADER + 8, _HEADER + 16, _FRAME])
def test_a_flipped_bit_is_found_wherever_it_is(at: int) -> None:
    """In the log's header, in a frame's, and in a page; SQLite would drop all that follows, and say nothing."""
    content = bytearray(files_of(KILLED[0])[_LOG])
    content[at] ^= 1
    log = read_log(bytes(content), _PAGE)
    assert not log.is_whole
    assert len(log.committed) + len(log.passed_over) == (len(content) - _HEADER) // _FRAME


def test_what_is_left_from_an_earlier_use_of_the_file_is_not_damage() -> None:
    """SQLite begins again at the start of the file, with other salts, and leaves what lies behind."""
    content = files_of(KILLED[0])[_LOG]
    older = bytearray(content[-_FRAME:])
    older[8:16] = b"saltsalt"
    log = read_log(content + older, _PAGE)
    assert log.is_whole
    assert log == read_log(content, _PAGE)


def test_no_log_is_a_whole_one() -> None:
    """So is one of no length, which a checkpoint leaves."""
    assert read_log(b"", _PAGE).is_whole
    assert not read_log(b"half a header", _PAGE).is_whole
