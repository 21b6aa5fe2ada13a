"""A clock that jumps: a Pi has none of its own, and starts in the past until the network tells it the time."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.faults.conftest import StartRig

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """A file that says by how much the node's clock is wrong, at this moment."""
    offset = tmp_path / "offset"
    offset.write_text("+0")
    return offset


@pytest.fixture
def start_dreamer(start_rig: StartRig, clock: Path) -> StartRig:
    """A function that starts a node whose clock is wrong; its monotonic clock is not, as in the kernel."""
    assert _LIBRARIES, "libfaketime is missing: apt-get install libfaketime"
    environment = {
        "LD_PRELOAD": str(_LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return partial(start_rig, environment=environment)


def test_a_clock_that_jumps_loses_nothing(start_dreamer: StartRig, clock: Path) -> None:
    """Years forwards, years back, an hour forwards: each press is answered, with the time as the clock has it."""
    with start_dreamer() as rig:
        rig.wait_until_online()
        years = []
        for jump in ("+0", "+1000d", "-1000d", "-1h", "+1h"):
            clock.write_text(jump)
            rig.press_and_wait(3)
            rig.settle()
            newest = rig.ledger.events[rig.node.log.observed[-1]]
            years.append(datetime.fromisoformat(newest["captured_at"]).year)
            rig.check()
        assert years[1] - years[2] >= 5, "the clock did not jump"
        assert len(set(rig.node.log.observed)) == len(rig.node.log.observed)


def test_what_waits_survives_a_clock_that_jumps(start_dreamer: StartRig, clock: Path) -> None:
    """Less than the month for which the outbox keeps an observation, in both directions."""
    with start_dreamer() as rig:
        rig.wait_until_online()
        rig.broker.stop()
        for jump in ("-28d", "+0", "-14d", "+1d"):
            clock.write_text(jump)
            rig.press_and_wait(3)
        assert len(rig.node.waiting()) == 12
        rig.broker.start()
        rig.check()


def test_what_a_jump_makes_too_old_is_dropped_and_counted(
    start_dreamer: StartRig, clock: Path
) -> None:
    """More than a month forwards while the broker is away: the outbox cannot tell that from age."""
    with start_dreamer() as rig:
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
        rig.unborn |= dropped
        rig.check()
