"""Boots that fail are counted over restarts, and end in safe mode."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from device.supervision.boot_log import MAXIMUM_FAILED_BOOTS, BootLog, Failure
from device.system.json_store import JsonStore

_SIX_O_CLOCK = datetime(2026, 11, 24, 18, tzinfo=UTC)


def log_of(folder: Path) -> BootLog:
    """The log as the next process finds it, at six o'clock."""
    return BootLog.load(JsonStore(folder / "starts.json"), lambda: _SIX_O_CLOCK)


def test_safe_mode_comes_after_several_boots_that_failed(tmp_path: Path) -> None:
    """And not before."""
    boots = [log_of(tmp_path).begin() for _ in range(MAXIMUM_FAILED_BOOTS + 2)]
    assert boots == [False] * MAXIMUM_FAILED_BOOTS + [True, True]


def test_a_healthy_boot_forgets_those_that_failed(tmp_path: Path) -> None:
    """Only failures in a row count."""
    for _ in range(MAXIMUM_FAILED_BOOTS):
        log_of(tmp_path).begin()
    log = log_of(tmp_path)
    log.begin()
    log.mark_healthy()
    assert not log_of(tmp_path).begin()


def test_the_cause_of_a_failure_is_there_at_the_next_boot(tmp_path: Path) -> None:
    """With its time, for Home Assistant to show."""
    log = log_of(tmp_path)
    log.begin()
    log.failed("the worker hung")
    after = log_of(tmp_path)
    after.begin()
    assert after.last_failure == Failure(_SIX_O_CLOCK, "the worker hung")
    assert str(after.last_failure) == "2026-11-24T18:00:00+00:00: the worker hung"


def test_a_failure_is_present_until_a_boot_is_healthy(tmp_path: Path) -> None:
    """Not only in the process that became healthy, but in those that follow; the next failure is present again."""
    log = log_of(tmp_path)
    log.begin()
    log.failed("the worker hung")
    healthy = log_of(tmp_path)
    healthy.begin()
    assert healthy.present_failure == Failure(_SIX_O_CLOCK, "the worker hung")
    healthy.mark_healthy()
    assert healthy.present_failure is None
    after = log_of(tmp_path)
    after.begin()
    assert after.present_failure is None
    assert after.last_failure is not None
    after.failed("the disk is full")
    assert log_of(tmp_path).present_failure == Failure(_SIX_O_CLOCK, "the disk is full")


def test_the_failure_that_an_older_release_kept_is_read(tmp_path: Path) -> None:
    """It did not keep whether a boot was healthy since: the next healthy one ends the failure."""
    (tmp_path / "starts.json").write_text(
        '{"unsettled": 0, "noted": true, "last_failure": "2026-11-24T18:00:00+00:00: no: disk"}'
    )
    log = log_of(tmp_path)
    log.begin()
    assert log.present_failure == Failure(_SIX_O_CLOCK, "no: disk")
    log.mark_healthy()
    assert log_of(tmp_path).present_failure is None


def test_an_end_without_a_cause_is_a_failure_too(tmp_path: Path) -> None:
    """The kernel kills without asking; the next boot records what it knows."""
    log_of(tmp_path).begin()
    log = log_of(tmp_path)
    log.begin()
    assert log.last_failure is not None
    assert "without a recorded cause" in log.last_failure.cause


def test_a_node_that_never_failed_has_no_last_failure(tmp_path: Path) -> None:
    """A healthy boot that is killed later has not failed: the power may fail at any time."""
    log = log_of(tmp_path)
    log.begin()
    log.mark_healthy()
    after = log_of(tmp_path)
    after.begin()
    assert after.last_failure is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"unsettled": "many", "last_failure": 7}', '{"last_failure": "once"}', "\x00\xff"],
    ids=["empty", "a list", "wrong types", "without a time", "binary"],
)
def test_a_damaged_file_counts_as_empty(tmp_path: Path, content: str) -> None:
    """What counts failures must not be one."""
    (tmp_path / "starts.json").write_text(content)
    log = log_of(tmp_path)
    assert log.last_failure is None
    assert not log.begin()


def test_a_cause_is_kept_without_the_address_that_a_library_repeats(tmp_path: Path) -> None:
    """It is shown in Home Assistant; and what an earlier release has kept is redacted when it is read."""
    log = log_of(tmp_path)
    log.failed("OSError: cannot open rtsp://me:hush@cam/1")
    assert "hush" not in (tmp_path / "starts.json").read_text()
    stored = {"last_failure": "2026-01-01T00:00:00+00:00: ValueError: rtsp://me:hush@cam/1"}
    JsonStore(tmp_path / "starts.json").save(stored)
    last = log_of(tmp_path).last_failure
    assert last is not None
    assert last.cause == "ValueError: rtsp://cam/***"
