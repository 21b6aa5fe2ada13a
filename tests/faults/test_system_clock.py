"""A clock that jumps: most Pis have no battery for theirs, and start in the past until the network has the time."""

from __future__ import annotations

from datetime import datetime
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
    """Less than the month for which the outbox keeps an observation, in both directions."""
    clock, environment = faked_clock(tmp_path)
    with start_rig(environment=environment) as rig:
        rig.wait_until_online()
        rig.broker.stop()
        for jump in ("-28d", "+0", "-14d", "+1d"):
            clock.write_text(jump)
            rig.press_and_wait(3)
        wait_for(lambda: len(rig.node.waiting()) == 12, "all twelve are on disk")
        rig.broker.start()
        rig.check()


def test_what_a_jump_makes_too_old_is_dropped_and_counted(
    start_rig: StartRig, tmp_path: Path
) -> None:
    """More than a month forwards while the broker is away: the outbox cannot tell that from age."""
    clock, environment = faked_clock(tmp_path)
    with start_rig(environment=environment) as rig:
        rig.wait_until_online()
        rig.broker.stop()
        clock.write_text("-40d")
        rig.press_and_wait(3)
        dropped = set(rig.node.log.observed)
        clock.write_text("+0")
        rig.press_and_wait(2)
        assert not dropped & set(rig.node.waiting())
        rig.broker.start()
        wait_for(lambda: rig.diagnostics()["dropped_events"] == len(dropped), "they are counted")
        rig.uncommitted |= dropped
        rig.check()
