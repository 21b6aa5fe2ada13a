"""A cluster that is restarted under a fleet loses no observation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.load import loaded, nodes_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]


def test_a_rolling_restart_costs_no_observation(
    cluster: Cluster, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """As for an upgrade: one member after the other, that of the watcher too."""
    with loaded(cluster, tmp_path, report) as fleet:
        for member in cluster.members:
            fleet.by(f"{member.name} restarted", member.stop, nodes_of(member))
            member.start()
            member.wait_until_ready()
