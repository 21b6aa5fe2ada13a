"""SIGKILL at any moment, with the broker there or away: what was observed arrives."""

from __future__ import annotations

from random import Random
from time import sleep

import pytest

from tests.faults.conftest import StartRig
from tests.faults.rig import Rig
from tests.faults.scale import scaled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(scaled(3600, 300))]

KILLS = scaled(200, 8)
OUTAGES = scaled(50, 2)
# Seconds. The node is online after one or two: some kills hit its start.
_LONGEST_LIFE = 3.0
# Presses that last for longer than a life.
_PLENTY = 100


def test_kills_and_outages_lose_nothing(start_rig: StartRig) -> None:
    """Presses go on all the time; every observation on disk or underway at a kill reaches the subscriber."""
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    every = KILLS // OUTAGES
    with start_rig() as rig:
        for number in range(KILLS):
            rig.node.press(_PLENTY)
            if number % every == 0:
                _outage(rig, random)
            sleep(random.uniform(0, _LONGEST_LIFE))
            rig.kill()
            rig.ledger.forget()
            rig.node.start()
        rig.wait_until_online()
        rig.check()
        print(
            f"{KILLS} kills, {OUTAGES} outages of the broker: {len(rig.promised)} observations promised, "
            f"{len(rig.ledger.missing(rig.promised))} lost, {rig.ledger.repeated} sent again under their event_id, "
            f"{len(rig.ledger.unknown)} unknown duplicates, {len(rig.unborn)} ended by a kill before they were on disk"
        )


def _outage(rig: Rig, random: Random) -> None:
    """Stop the broker for a while; in every second outage the node is killed too."""
    rig.wait_until_online()
    sleep(random.random())
    rig.broker.stop()
    if random.random() < 0.5:
        sleep(random.random())
        rig.kill()
        rig.node.start()
        rig.node.press(_PLENTY)
    sleep(random.uniform(0.5, _LONGEST_LIFE))
    rig.broker.start()
