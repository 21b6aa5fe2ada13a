"""A fleet on all members of a cluster, under load: what each test of a disturbance begins and ends with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.cluster.cluster import PORT, Cluster, Member
from tests.cluster.conftest import NODES, WHOLE
from tests.cluster.fleet import Fleet
from tests.cluster.loss import Disturbed, under_load
from tests.cluster.watcher import watching
from tests.faults.scale import scaled

RATE = scaled(full=50, short=10)
"""Observations a second, of all nodes together."""


def section(port: int, host: str, *others: str) -> dict[str, object]:
    """The section `mqtt` of a node that speaks MQTT 5, without user and password."""
    return {"host": host, "other_hosts": [*others], "port": port, "protocol": "5"}


@contextmanager
def loaded(
    cluster: Cluster,
    folder: Path,
    report: Callable[[str], None],
    nodes: Sequence[str] = NODES,
    settings: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[Disturbed]:
    """A fleet on all members, and a client that watches it; none of its observations may be lost.

    Args:
        cluster: the members.
        folder: for what the nodes write.
        report: takes the figures.
        nodes: their names.
        settings: of their section `mqtt`.
    """
    protocol = cluster.release.protocol
    mqtt = {**section(PORT, *cluster.addresses), "protocol": protocol, **settings}
    with (
        watching(PORT, *reversed(cluster.addresses), protocol=protocol) as watcher,
        Fleet(folder, nodes, mqtt) as fleet,
    ):
        with under_load(fleet, watcher, RATE) as disturbed:
            yield disturbed
        where = f"{len(nodes)} nodes on {cluster.release.name}"
        for what, figures in disturbed.figures:
            report(f"{where}, {RATE} observations/s, {what}: {figures}")
        memory = " ".join(f"{member.memory:.0f}" for member in cluster.members)
        report(
            f"{len(watcher.received)} observations, all arrived, {watcher.repeated} of them twice; "
            f"{disturbed.memory:.1f} MB a node, members: {memory} MB"
        )


def nodes_of(member: Member) -> set[str]:
    """The nodes that are connected with a member."""
    return member.clients() & {*NODES, *WHOLE}
