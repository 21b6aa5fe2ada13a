"""A member that still runs, and that others no longer hear. It takes minutes: silence must last to be noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.load import loaded, nodes_of
from tests.cluster.network import part, plug_in, pull_cable, rejoin

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]

UNNOTICED = 120.0
"""Seconds within which nodes are back whose member falls silent. Nobody closes their connections, so that each waits
for its keep-alive of half a minute, and may try the silent member once more."""


def test_a_member_that_loses_the_others_sends_its_nodes_to_them(
    cluster: Cluster, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """It cannot know whether they still live, confirms nothing that they do not have, and stops for that time."""
    victim, *others = cluster.members
    peers = [member.address for member in others]
    with loaded(cluster, tmp_path, report) as fleet:
        nodes = nodes_of(victim)
        fleet.by("one of three parted from the others", lambda: part(victim.name, peers), nodes)
        rejoin(victim.name, peers)
        victim.wait_until_joined(len(cluster.members))


def test_a_member_that_falls_silent_is_given_up(
    cluster: Cluster, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """Its cable is pulled."""
    victim = cluster.members[0]
    with loaded(cluster, tmp_path, report) as fleet:
        nodes = nodes_of(victim)
        fleet.by("cable of one pulled", lambda: pull_cable(victim.name), nodes, UNNOTICED)
        plug_in(victim.name)
        victim.wait_until_joined(len(cluster.members))
