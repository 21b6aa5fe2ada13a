"""A clock that jumps: most Pis have no battery for theirs, and start in the past until the network has the time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.faults.conftest import StartRig
from tests.faults.system_clock import faked_clock

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


def test_a_clock_that_jumps_loses_nothing(start_rig: StartRig, tmp_path: Path) -> None:
    """Years forwards, years back, an hour forwards: each press is answered, with the time as the clock has it."""
    clock, environment = faked_clock(tmp_path)
    with start_rig(environment=environment) as rig:
        rig.wait_until_online()
        years = []
        for jump in ("+0", "+1000d", "-1000d", "-1h", "+1h"):
            clock.write_text(jump)
            rig.press_and_wait(3)
            rig.settle()
            newest = rig.subscriber.events[rig.node.log.observed[-1]]
            years.append(datetime.fromisoformat(newest["captured_at"]).year)
            rig.check()
        assert years[1] - years[2] >= 5, "the clock did not jump"
        assert len(set(rig.node.log.observed)) == len(rig.node.log.observed)


def test_what_waits_survives_a_clock_that_jumps(start_rig: StartRig, tmp_path: Path) -> None:
    """In both directions, by less than the month for which the outbox keeps an observation and by more."""
    clock, environment = faked_clock(tmp_path)
    with start_rig(environment=environment) as rig:
        rig.wait_until_online()
        rig.broker.stop()
        for jump in ("-28d", "+0", "-400d", "+400d"):
            clock.write_text(jump)
            rig.press_and_wait(3)
        wait_for(lambda: len(rig.node.waiting()) == 12, "all twelve are on disk")
        rig.broker.start()
        rig.check()


def test_presses_of_a_machine_that_starts_in_the_past_arrive_with_the_right_time(
    start_rig: StartRig, tmp_path: Path
) -> None:
    """Months, while the broker is away: none is too old when the network sets the clock, also after a restart."""
    clock, environment = faked_clock(tmp_path)
    clock.write_text("-120d")
    with start_rig(environment=environment) as rig:
        rig.wait_until_online()
        rig.broker.stop()
        began = datetime.now(UTC)
        rig.press_and_wait(3)
        clock.write_text("+0")
        rig.press_and_wait(2)
        rig.kill()
        rig.subscriber.forget_retained()
        rig.broker.start()
        rig.node.start()
        rig.wait_until_online()
        rig.check()
        ended = datetime.now(UTC)
        occurred = [
            datetime.fromisoformat(rig.subscriber.events[event_id]["occurred_at"])
            for event_id in rig.node.log.observed
            if event_id not in rig.uncommitted
        ]
        assert len(occurred) >= 5
        assert occurred == sorted(occurred)
        assert began <= occurred[0]
        assert occurred[-1] <= ended
        wait_for(lambda: rig.diagnostics()["dropped_events"] == 0, "none is dropped")


def test_presses_of_a_machine_that_starts_in_the_future_arrive_with_the_right_time(
    start_rig: StartRig, tmp_path: Path
) -> None:
    """The clock is set back: what waits is not of the future, and what follows is not dropped."""
    clock, environment = faked_clock(tmp_path)
    clock.write_text("+120d")
    with start_rig(environment=environment) as rig:
        rig.wait_until_online()
        rig.broker.stop()
        rig.press_and_wait(3)
        clock.write_text("+0")
        rig.press_and_wait(2)
        rig.broker.start()
        rig.check()
        now = datetime.now(UTC)
        for event in rig.subscriber.events.values():
            assert datetime.fromisoformat(event["occurred_at"]) <= now
