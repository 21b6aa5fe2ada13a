"""A clock that is set, forwards or back: no press is lost, and each says when it was and for how long it has waited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device.node.observer import unseen
from device.observation import Reason, Source, Trigger
from tests.clock import EPOCH, Clock
from tests.node.wired_sink import Wired

_MONTHS = timedelta(days=120).total_seconds()
BOTH_WAYS = pytest.mark.parametrize("step", [_MONTHS, -_MONTHS], ids=["forwards", "back"])


def press(wired: Wired) -> None:
    """Answer a press of now."""
    trigger = Trigger(Source.BUTTON, wired.clock.now(), wired.clock())
    wired.fan_out.observed(unseen("hall", trigger, Reason.PRIVACY, {}), None)


def events(wired: Wired) -> list[dict[str, Any]]:
    """The events that were sent."""
    return wired.published("facet/hall/event")


def times(wired: Wired) -> list[float]:
    """When the events that were sent say that they occurred: seconds since the boot, if the time was right then."""
    moments = (datetime.fromisoformat(event["occurred_at"]) for event in events(wired))
    return [(moment - EPOCH).total_seconds() for moment in moments]


@contextmanager
def started(folder: Path, clock: Clock) -> Iterator[Wired]:
    """A start of the node, without a connection yet."""
    wired = Wired(folder, clock)
    wired.transport.is_down = True
    try:
        yield wired
    finally:
        wired.outbox.close()


def connect(wired: Wired) -> None:
    """Get a connection."""
    wired.transport.is_down = False
    wired.connect_and_keep()


@BOTH_WAYS
def test_presses_before_the_clock_was_set_wait_for_the_broker(tmp_path: Path, step: float) -> None:
    """Nothing that happened in this boot is too old because of it, and each press has the time that is right."""
    clock = Clock(set_by=-step, is_set=False)
    with started(tmp_path, clock) as wired:
        for _ in range(3):
            press(wired)
            clock.seconds += 10
        clock.set_by, clock.is_set = 0.0, True
        wired.sink.tick()
        press(wired)
        connect(wired)
        assert times(wired) == [1000, 1010, 1020, 1030]
        assert [event["waited"] for event in events(wired)] == [30, 20, 10, 0]
        assert not any(event["time_uncertain"] for event in events(wired))
        assert wired.sender.dropped == 0


@BOTH_WAYS
def test_a_press_is_sent_at_once_and_says_that_its_time_may_be_wrong(
    tmp_path: Path, step: float
) -> None:
    """It has not waited, whatever the time is; once the clock is set, the next one is in no doubt."""
    clock = Clock(set_by=-step, is_set=False)
    with started(tmp_path, clock) as wired:
        connect(wired)
        press(wired)
        clock.set_by, clock.is_set = 0.0, True
        press(wired)
        assert times(wired) == [1000 - step, 1000]
        assert [event["waited"] for event in events(wired)] == [0, 0]
        assert [event["time_uncertain"] for event in events(wired)] == [True, False]


@BOTH_WAYS
def test_a_press_that_is_answered_while_the_clock_is_set_has_not_waited(
    tmp_path: Path, step: float
) -> None:
    """The time of the press is one of before."""
    clock = Clock(set_by=-step)
    with started(tmp_path, clock) as wired:
        connect(wired)
        trigger = Trigger(Source.BUTTON, clock.now(), clock())
        clock.seconds += 2
        clock.set_by = 0.0
        wired.fan_out.observed(unseen("hall", trigger, Reason.PRIVACY, {}), None)
        assert times(wired) == [1000]
        assert [event["waited"] for event in events(wired)] == [2]


@BOTH_WAYS
def test_a_restart_of_the_node_forgets_nothing_of_this_boot(tmp_path: Path, step: float) -> None:
    """The clock is set while the node is down."""
    clock = Clock(set_by=-step, is_set=False)
    with started(tmp_path, clock) as wired:
        press(wired)
    clock.seconds += 60
    clock.set_by, clock.is_set = 0.0, True
    with started(tmp_path, clock) as wired:
        press(wired)
        connect(wired)
        assert times(wired) == [1000, 1060]
        assert [event["waited"] for event in events(wired)] == [60, 0]
        assert not any(event["time_uncertain"] for event in events(wired))


@BOTH_WAYS
def test_a_time_that_was_corrected_survives_a_restart_of_the_machine(
    tmp_path: Path, step: float
) -> None:
    """The clock was set before it: the time on the disk is the right one."""
    clock = Clock(set_by=-step, is_set=False)
    with started(tmp_path, clock) as wired:
        press(wired)
        clock.set_by, clock.is_set = 0.0, True
        wired.sink.tick()
    clock.reboot(set_by=2000.0)
    clock.is_set = True
    with started(tmp_path, clock) as wired:
        connect(wired)
        assert times(wired) == [1000]
        assert [event["waited"] for event in events(wired)] == [1020]
        assert not events(wired)[0]["time_uncertain"]


@BOTH_WAYS
def test_a_time_that_was_never_right_is_kept_and_says_so(tmp_path: Path, step: float) -> None:
    """The machine was restarted before anybody set the clock: nobody knows for how long the press has waited."""
    clock = Clock(set_by=-step, is_set=False)
    with started(tmp_path, clock) as wired:
        press(wired)
    clock.reboot(set_by=0.0)
    clock.is_set = True
    with started(tmp_path, clock) as wired:
        press(wired)
        connect(wired)
        assert [event["waited"] for event in events(wired)] == [None, 0]
        assert [event["time_uncertain"] for event in events(wired)] == [True, False]
        assert times(wired) == [1000 - step, 20]
        assert wired.sender.dropped == 0


def test_an_event_of_the_future_is_kept_and_is_not_fresh(tmp_path: Path) -> None:
    """A machine that starts in the past, and cannot tell whether its clock was set."""
    clock = Clock()
    with started(tmp_path, clock) as wired:
        press(wired)
    clock.reboot(set_by=-_MONTHS)
    with started(tmp_path, clock) as wired:
        press(wired)
        connect(wired)
        assert [event["waited"] for event in events(wired)] == [None, 0]
        assert [event["time_uncertain"] for event in events(wired)] == [True, False]


def test_a_time_of_before_a_restart_counts_if_both_clocks_were_set(tmp_path: Path) -> None:
    """Then the age across a restart of the machine is what the two times say."""
    clock = Clock(is_set=True)
    with started(tmp_path, clock) as wired:
        press(wired)
    clock.reboot(set_by=4600.0)
    clock.is_set = True
    with started(tmp_path, clock) as wired:
        connect(wired)
        assert [event["waited"] for event in events(wired)] == [3620]
        assert not events(wired)[0]["time_uncertain"]


def test_a_small_adjustment_changes_no_time(tmp_path: Path) -> None:
    """Less than a second is a clock that is kept right; what is sent twice stays the same."""
    clock = Clock(is_set=True)
    with started(tmp_path, clock) as wired:
        press(wired)
        clock.set_by = 0.7
        wired.sink.tick()
        connect(wired)
        assert times(wired) == [1000]


def test_whoever_was_seen_is_there_after_a_restart_whatever_the_clock_says(tmp_path: Path) -> None:
    """Within one boot the expiry counts seconds; across a restart of the machine a clock in doubt ends it."""
    clock = Clock(set_by=-_MONTHS, is_set=False)
    with started(tmp_path, clock) as wired:
        wired.see_now()
    clock.seconds += 60
    for set_by in (0.0, -2 * _MONTHS):
        clock.set_by = set_by
        with started(tmp_path, clock) as wired:
            assert wired.state.document["face_count"] == 2
    clock.reboot(set_by=1060.0)
    clock.is_set = False
    with started(tmp_path, clock) as wired:
        assert wired.state.document["face_count"] == 0
