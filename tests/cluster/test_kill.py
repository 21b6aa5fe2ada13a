"""A member that is killed under a whole fleet; test_whole.py does it under a small one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.load import loaded, nodes_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]


def test_a_member_that_is_killed_costs_no_observation(
    cluster: Cluster, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """Its nodes go to the others within a minute; and each observation arrives, those of that moment included."""
    victim = cluster.members[0]
    with loaded(cluster, tmp_path, report) as fleet:
        fleet.by("one of three killed", victim.kill, nodes_of(victim))
        victim.start()
        victim.wait_until_ready()
