"""How many nodes one Mosquitto and one Home Assistant bear; the figures of docs/brokers.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import quantiles
from time import monotonic, sleep

import pytest

from tests.broker.mosquitto import Mosquitto
from tests.cluster.cluster import PORT, Cluster
from tests.cluster.conftest import NODES
from tests.cluster.definitions import HOME_ASSISTANT
from tests.cluster.fleet import Fleet
from tests.cluster.home import Door, home_at
from tests.cluster.load import section
from tests.cluster.loss import under_load
from tests.cluster.watcher import watching
from tests.faults.rig import broker_that_keeps_all
from tests.homeassistant.client import Client
from tests.homeassistant.installation import Installation
from tests.homeassistant.setup import running_setup

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3000)]

HERE = "127.0.0.1"
MINUTES = 600.0
"""Seconds until a test gives a storm up."""
LONG = 15.0
"""Seconds for which a fleet waits for a broker: by then all nodes try as seldom as they do."""


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker on this machine."""
    with broker_that_keeps_all(tmp_path / "mosquitto") as running:
        yield running


def test_a_fleet_comes_back_to_one_mosquitto(
    mosquitto: Mosquitto, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """All nodes at once, for there is no other broker; what they see meanwhile waits for it."""

    def restart() -> None:
        mosquitto.stop()
        sleep(LONG)
        mosquitto.start()

    with (
        watching(mosquitto.port, HERE) as watcher,
        Fleet(tmp_path, NODES, section(mosquitto.port, HERE)) as fleet,
    ):
        with under_load(fleet, watcher, 50) as disturbed:
            disturbed.by(f"Mosquitto away for {LONG:.0f} s", restart, {*NODES}, MINUTES)
        for what, figures in disturbed.figures:
            report(f"{len(NODES)} nodes, 50 observations/s, {what}: {figures}")
        report(f"{len(fleet.observed)} observations, all arrived, {watcher.repeated} of them twice")


@pytest.mark.parametrize("rate", [50, 200])
@pytest.mark.parametrize("broker", ["mosquitto", "cluster"])
def test_observations_arrive_at_once(
    broker: str,
    rate: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    report: Callable[[str], None],
) -> None:
    """From two hundred nodes, for twenty seconds."""
    found: Mosquitto | Cluster = request.getfixturevalue(broker)
    port, hosts = (PORT, found.addresses) if isinstance(found, Cluster) else (found.port, [HERE])
    with (
        watching(port, *hosts) as watcher,
        Fleet(tmp_path, NODES[:200], section(port, *hosts)) as fleet,
    ):
        with under_load(fleet, watcher, rate):
            sleep(20)
        seconds = [at - fleet.observed[i] for i, at in watcher.arrived.items()]
        *_, slow = cuts = quantiles(seconds, n=100)
        report(
            f"{broker}, 200 nodes, {rate} observations/s, {len(seconds)} in all: median "
            f"{cuts[49] * 1000:.0f} ms, 99 of 100 within {slow * 1000:.0f} ms"
        )


@pytest.mark.parametrize("count", [100, 250, 500])
@pytest.mark.parametrize("discovery", ["essential", "full"])
@pytest.mark.parametrize("broker", ["mosquitto", "cluster"])
def test_home_assistant_knows_the_whole_fleet(
    broker: str,
    request: pytest.FixtureRequest,
    newest: Installation,
    tmp_path: Path,
    discovery: str,
    count: int,
    report: Callable[[str], None],
) -> None:
    """When the nodes are new, and after its own restart; two of three nodes are at another member than it."""
    nodes = NODES[:count]
    found: Mosquitto | Cluster = request.getfixturevalue(broker)
    if isinstance(found, Cluster):
        port, hosts = PORT, found.addresses
        home = home_at(Door(found.members[0]), newest, tmp_path)
    else:
        port, hosts = found.port, [HERE]
        home = running_setup(tmp_path, newest, found, HOME_ASSISTANT, None)
    mqtt = {**section(port, *hosts), "discovery": discovery}
    with home as setup, Fleet(tmp_path, nodes, mqtt) as fleet:
        began = monotonic()
        new = _until_available(setup.client, nodes) - began
        setup.home.stop()
        began = monotonic()
        setup.home.start()
        started = monotonic() - began
        again = _until_available(setup.client, nodes) - began
        entities = len(setup.client.states())
        fleet.end()
    report(
        f"{broker}, {count} nodes, {discovery}: {entities} entities; new ones available after {new:.0f} s, after a "
        f"restart of Home Assistant after {again:.0f} s, of which it took {started:.0f} s to start"
    )


def _until_available(client: Client, nodes: Sequence[str]) -> float:
    """Return when Home Assistant had all of them."""
    wanted = {f"binary_sensor.{node}_face_present" for node in nodes}
    end = monotonic() + MINUTES
    while True:
        states = client.states()
        there = {name for name in wanted if states.get(name, "unavailable") != "unavailable"}
        if there == wanted:
            return monotonic()
        assert monotonic() < end, f"{len(there)} of {len(wanted)} nodes are available"
        sleep(2)
