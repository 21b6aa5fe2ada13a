"""SIGKILL at any moment, with the broker there or away: what was observed arrives."""

from __future__ import annotations

from enum import Enum, auto
from random import Random
from time import sleep

import pytest

from tests.broker.mosquitto import wait_for
from tests.faults.conftest import StartRig
from tests.faults.rig import Rig
from tests.faults.scale import scaled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(scaled(5400, 300))]

KILLS = scaled(300, 8)
# Of the broker: each second one is a suspension, in which its connections stay open and nothing answers.
OUTAGES = scaled(100, 4)
# Seconds.
_LONGEST_LOAD = 2.0
# Presses that last for longer than that.
_PLENTY = 100
# One of this many kills comes while the node starts. More in a row would be a reason for safe mode, rightly.
_START_EVERY = 5


def test_kills_and_outages_lose_nothing(start_rig: StartRig) -> None:
    """Every observation on disk or underway at a kill reaches the subscriber, and the state is the newest one's."""
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    with start_rig() as rig:
        for number in range(KILLS):
            if number % _START_EVERY == 1:
                sleep(random.uniform(0, _LONGEST_LOAD))
            else:
                _load(rig, random, _outage(number))
            rig.kill()
            rig.subscriber.forget_retained()
            rig.node.start()
        rig.wait_until_online()
        rig.check()
        print(
            f"{KILLS} kills, {OUTAGES} outages of the broker, half of them suspensions: "
            f"{len(rig.promised)} observations promised, "
            f"{len(rig.subscriber.missing(rig.promised))} lost, "
            f"{rig.subscriber.repeated} sent again under their event_id, "
            f"{len(rig.subscriber.contradictions)} unknown duplicates, "
            f"{len(rig.uncommitted)} ended by a kill before they were on disk"
        )


class Outage(Enum):
    """What becomes of the broker while there is load."""

    NONE = auto()
    STOPPED = auto()
    SUSPENDED = auto()


def _outage(number: int) -> Outage:
    """Return what happens to the broker before the kill of a number."""
    which, rest = divmod(number, KILLS // OUTAGES)
    if rest:
        return Outage.NONE
    return Outage.SUSPENDED if which % 2 else Outage.STOPPED


def _load(rig: Rig, random: Random, outage: Outage) -> None:
    """Check what the life before left behind, and press until a random moment."""
    rig.wait_until_online()
    rig.settle()
    if rig.promised:
        rig.check_state()
    before = len(rig.node.log.observed)
    rig.node.press(_PLENTY)
    wait_for(lambda: len(rig.node.log.observed) > before, "a press is answered")
    sleep(random.uniform(0, _LONGEST_LOAD))
    if outage is not Outage.NONE:
        (rig.broker.stop if outage is Outage.STOPPED else rig.broker.suspend)()
        sleep(random.uniform(0, _LONGEST_LOAD))
        if random.random() < 0.5:
            rig.kill()
            rig.node.start()
            rig.node.press(_PLENTY)
        sleep(random.uniform(0, _LONGEST_LOAD))
        (rig.broker.start if outage is Outage.STOPPED else rig.broker.resume)()
