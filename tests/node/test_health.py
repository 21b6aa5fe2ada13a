"""When a start has succeeded, and when perception that fails ends it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from device.errors import PerceptionError
from device.node.health import MAX_FAILURES, Health
from device.node.observer import Request
from device.node.timing import Timing
from device.observation import Reason
from device.supervision.boot_log import MAXIMUM_FAILED_BOOTS, BootLog
from device.system.json_store import JsonStore
from tests.clock import Clock
from tests.node.fakes import shot, trigger

TIMING = Timing(healthy_after=60.0)
REQUEST = Request(trigger(1.0), 0.0, "off")
FAILED = shot(REQUEST, 2.0, reason=Reason.FAILED, failure="ValueError: broken")
SEEN = shot(REQUEST, 2.0)
NO_CAMERA = shot(REQUEST, 2.0, reason=Reason.CAMERA_UNAVAILABLE)


class Started:
    """One start of a node."""

    def __init__(self, folder: Path, *, is_safe_mode: bool = False) -> None:
        self.clock = Clock()
        self.boot_log = BootLog.load(
            JsonStore(folder / "starts.json"), lambda: datetime(2026, 11, 24, tzinfo=UTC)
        )
        self.is_safe_mode = self.boot_log.begin() or is_safe_mode
        self.health = Health(
            self.boot_log,
            JsonStore(folder / "perception.json"),
            is_safe_mode=self.is_safe_mode,
            clock=self.clock,
            timing=TIMING,
        )
        self.health.begin()

    def run_for(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.seconds += seconds
        self.health.tick()

    def fails(self) -> None:
        """Let perception fail until the node gives up."""
        for _ in range(MAX_FAILURES - 1):
            self.health.captured(FAILED)
        with pytest.raises(PerceptionError) as raised:
            self.health.captured(FAILED)
        self.boot_log.failed(str(raised.value))


def starts_until_safe_mode(folder: Path) -> int:
    """Start without anything else, and return which start is the first in safe mode."""
    for number in range(1, MAXIMUM_FAILED_BOOTS + 2):
        if Started(folder).is_safe_mode:
            return number
    return 0


def test_a_picture_makes_a_start_healthy(tmp_path: Path) -> None:
    """Starts that failed before are forgotten."""
    for _ in range(3):
        Started(tmp_path)
    Started(tmp_path).health.captured(SEEN)
    assert starts_until_safe_mode(tmp_path) == MAXIMUM_FAILED_BOOTS + 1


def test_a_minute_makes_a_start_healthy(tmp_path: Path) -> None:
    """And less does not, nor does a press without a picture."""
    for _ in range(3):
        Started(tmp_path)
    started = Started(tmp_path)
    started.health.captured(NO_CAMERA)
    started.run_for(59.0)
    assert Started(tmp_path).is_safe_mode
    started.run_for(1.0)
    assert starts_until_safe_mode(tmp_path) == MAXIMUM_FAILED_BOOTS + 1


def test_safe_mode_is_not_healthy(tmp_path: Path) -> None:
    """Only its owner ends it."""
    for _ in range(MAXIMUM_FAILED_BOOTS):
        Started(tmp_path)
    started = Started(tmp_path)
    assert started.is_safe_mode
    started.run_for(3600.0)
    started.health.captured(SEEN)
    assert Started(tmp_path).is_safe_mode


def test_a_failure_is_a_fault_until_the_next_success(tmp_path: Path) -> None:
    """A camera that is away says nothing about perception."""
    health = Started(tmp_path).health
    assert health.fault is None
    health.captured(FAILED)
    assert "perception failed with ValueError: broken" in str(health.fault)
    health.captured(NO_CAMERA)
    assert health.fault is not None
    health.captured(SEEN)
    assert health.fault is None


def test_failures_that_are_not_in_a_row_do_not_end_the_node(tmp_path: Path) -> None:
    """A press that went well begins the count again."""
    health = Started(tmp_path).health
    for _ in range(3 * MAX_FAILURES):
        health.captured(FAILED)
        health.captured(SEEN)
    assert health.fault is None


def test_failures_in_start_after_start_lead_to_safe_mode(tmp_path: Path) -> None:
    """Although each of these starts ran for hours before somebody pressed."""
    first = Started(tmp_path)
    first.run_for(3600.0)
    first.fails()
    for _ in range(MAXIMUM_FAILED_BOOTS):
        started = Started(tmp_path)
        assert not started.is_safe_mode
        assert "perception failed" in str(started.health.fault)
        started.run_for(3600.0)
        started.fails()
    assert Started(tmp_path).is_safe_mode


def test_one_failed_press_does_not_turn_power_cuts_into_failed_starts(tmp_path: Path) -> None:
    """A node that runs for a minute is healthy, although its last press failed, in this start or in an earlier one."""
    Started(tmp_path).health.captured(FAILED)
    for _ in range(2 * MAXIMUM_FAILED_BOOTS):
        started = Started(tmp_path)
        assert not started.is_safe_mode
        assert started.health.fault is not None
        started.run_for(61.0)


def test_only_the_start_that_perception_ended_makes_the_next_one_doubtful(tmp_path: Path) -> None:
    """The one after that may have been ended by a power cut, as any other."""
    Started(tmp_path).fails()
    for _ in range(2 * MAXIMUM_FAILED_BOOTS):
        started = Started(tmp_path)
        assert not started.is_safe_mode
        started.run_for(3600.0)


def test_after_a_success_hours_count_again(tmp_path: Path) -> None:
    """Perception failed once, long ago; power cuts do not lead to safe mode for that."""
    first = Started(tmp_path)
    first.health.captured(FAILED)
    first.health.captured(SEEN)
    for _ in range(2 * MAXIMUM_FAILED_BOOTS):
        started = Started(tmp_path)
        assert not started.is_safe_mode
        started.run_for(61.0)
