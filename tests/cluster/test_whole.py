"""Whole nodes among simulated ones, each a process with camera, networks and outbox; their member dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from device.config import MqttSettings
from device.mqtt.listener import Listener
from tests.broker.mosquitto import wait_for
from tests.cluster.cluster import PORT, Cluster, Member
from tests.cluster.conftest import NODES, WHOLE
from tests.cluster.definitions import HOME_ASSISTANT
from tests.cluster.home import Door, home_at
from tests.cluster.load import loaded, nodes_of, section
from tests.cluster.loss import CONFIRMED
from tests.cluster.settings import OLDEST
from tests.cluster.watcher import Watcher
from tests.faults.scale import scaled
from tests.homeassistant.installation import Installation
from tests.homeassistant.node import Node
from tests.homeassistant.setup import Setup
from tests.homeassistant.test_restarts import expect_all_recorded, happened, pressing

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

SIMULATED = NODES[: scaled(full=50, short=20)]
# Seconds that events of a node wait for Home Assistant after each connection if the broker does not say whether it is
# there; 30 unless somebody says otherwise.
WAIT = scaled(full=30, short=3)
BETWEEN_PRESSES = 0.25


@pytest.mark.parametrize("cluster", [None, OLDEST], ids=["4", "3.10"], indirect=True)
def test_whole_nodes_lose_nothing_with_their_member(
    cluster: Cluster,
    newest: Installation,
    smiling: Path,
    tmp_path: Path,
    report: Callable[[str], None],
) -> None:
    """A Home Assistant that comes after the nodes, at another member, knows them by its birth and sees all they see."""
    first, second, third = cluster.members
    protocol = cluster.release.protocol
    settings = {"protocol": protocol, "wait_for_home_assistant": WAIT}
    mqtt = {**section(PORT, first.address, second.address), **settings}
    fleets = {"discovery": "essential", **settings}
    hall, porch = WHOLE
    with ExitStack() as lasting, loaded(cluster, tmp_path, report, SIMULATED, fleets) as fleet:
        # It stays until the fleet has ended: what nodes see waits for a Home Assistant that has left.
        setup = lasting.enter_context(home_at(Door(third), newest, tmp_path, protocol))
        with (
            setup.node(hall, smiling, mqtt=mqtt) as one,
            setup.node(porch, smiling, mqtt=mqtt) as other,
        ):
            expect_all_available(setup)
            victim = first if hall in nodes_of(first) else second
            with (
                home_like(victim, protocol),
                pressing(setup, hall, BETWEEN_PRESSES),
                pressing(setup, porch, BETWEEN_PRESSES),
            ):
                fleet.by("one of three killed", victim.kill, nodes_of(victim))
            expect_all_available(setup)
            for node in (one, other):
                expect_smiles(fleet.watcher, node)
                expect_all_recorded(setup, node, report, CONFIRMED)
                setup.client.expect(f"binary_sensor.{node.name}_smiling", "on")
            assert not setup.home.complaints()
        victim.start()
        victim.wait_until_ready()


def home_like(member: Member, protocol: str) -> Listener:
    """Return what subscribes as Home Assistant does, and dies with its member.

    What RabbitMQ keeps for it is on that member alone, which may not keep it from confirming what others publish.
    """
    mqtt = {**section(PORT, member.address), "protocol": protocol}
    user = {"username": HOME_ASSISTANT, "password": HOME_ASSISTANT}
    return Listener(MqttSettings.model_validate({**mqtt, **user}), "facet/+/event")


def expect_all_available(setup: Setup) -> None:
    """Wait until Home Assistant has all nodes, with all their states."""
    for name in (*WHOLE, *SIMULATED):
        setup.expect_available(name)


def expect_smiles(watcher: Watcher, node: Node) -> None:
    """Wait until each observation of a node has arrived, each with the face before its camera and nothing else."""
    made = happened(node)
    wait_for(
        lambda: made <= watcher.observed_by(node.name).keys(), f"{len(made)} arrive", CONFIRMED
    )
    seen = watcher.observed_by(node.name)
    assert seen.keys() == made
    for observation in seen.values():
        [face] = observation["faces"]
        assert face["attributes"]["Smiling"]["present"]
