"""What a bad network does to a node: nothing that anybody would have to mend."""

from __future__ import annotations

import pytest

from tests.faults.conftest import StartRig

pytestmark = pytest.mark.faults


def test_presses_on_a_good_network_arrive_once_each(start_rig: StartRig) -> None:
    """Without a fault there is no duplicate either: the rig itself adds none."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(10)
        rig.check()
        assert rig.ledger.repeated == 0
        assert len(rig.ledger.events) == 11
