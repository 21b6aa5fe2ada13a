"""What a bad network does to a node: nothing that its owner would have to repair."""

from __future__ import annotations

import pytest

from tests.broker.certificates import Certificates
from tests.broker.mosquitto import Mosquitto, free_port, wait_for
from tests.faults.conftest import StartRig
from tests.faults.proxy import Direction
from tests.faults.rig import KEEPS_ALL
from tests.faults.scale import scaled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(scaled(1800, 300))]

ROUNDS = scaled(10, 2)


def test_presses_on_a_good_network_arrive_once_each(start_rig: StartRig) -> None:
    """Without a fault there is no duplicate either: the rig itself adds none."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(10)
        rig.check()
        assert rig.subscriber.repeated == 0
        assert len(rig.subscriber.events) == 11


def test_a_connection_that_is_cut_loses_nothing(start_rig: StartRig) -> None:
    """A reset in the middle of the presses; what was underway is sent again."""
    with start_rig() as rig:
        for _ in range(ROUNDS):
            rig.wait_until_online()
            rig.subscriber.forget_retained()
            rig.node.press(10)
            wait_for(lambda: bool(rig.node.log.observed), "a press is answered")
            rig.proxy.cut()
        rig.wait_until_online()
        rig.check()


@pytest.mark.parametrize("direction", ["to broker", "to node"])
def test_a_connection_that_is_half_closed_loses_nothing(
    start_rig: StartRig, direction: Direction
) -> None:
    """Either side notices the end of the other, and the node connects again."""
    with start_rig() as rig:
        for _ in range(ROUNDS):
            rig.wait_until_online()
            rig.subscriber.forget_retained()
            rig.node.press(10)
            rig.proxy.half_close(direction)
        rig.wait_until_online()
        rig.check()


def test_a_slow_network_loses_nothing(start_rig: StartRig) -> None:
    """Half a second each way: presses overtake the confirmations of those before."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.proxy.delay = 0.5
        rig.press_and_wait(20)
        rig.check()


def test_a_network_that_falls_silent_is_noticed(start_rig: StartRig) -> None:
    """No reset, no end, no answer: the keep-alive shows it, and observations wait on disk meanwhile."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.proxy.fall_silent()
        logged = len(rig.node.log.text)
        rig.press_and_wait(5)
        wait_for(lambda: len(rig.node.waiting()) == 5, "all five are on disk")
        rig.node.wait_for_log("MQTT: ", since=logged)
        rig.proxy.speak()
        rig.check()


def test_bytes_that_change_on_the_way_cost_connections_and_no_observations(
    start_rig: StartRig, certificates: Certificates, broker: Mosquitto
) -> None:
    """With TLS a changed byte ends the connection before it is taken for a message."""
    port = free_port()
    broker.stop()
    broker.configure(
        *KEEPS_ALL,
        f"listener {port} 127.0.0.1",
        f"certfile {certificates.broker}",
        f"keyfile {certificates.broker_key}",
    )
    broker.start()
    tls = {"enabled": True, "ca_file": str(certificates.authority)}
    with start_rig(mqtt={"host": "localhost", "tls": tls}, port=port) as rig:
        for direction in ("to broker", "to node"):
            rig.wait_until_online()
            rig.subscriber.forget_retained()
            rig.proxy.corrupted[direction] = 8
            logged = len(rig.node.log.text)
            rig.node.press(30)
            rig.node.wait_for_log("MQTT: ", since=logged)
            rig.proxy.corrupted.clear()
        rig.wait_until_online()
        rig.check()


def test_garbage_from_the_broker_does_not_end_the_node(start_rig: StartRig) -> None:
    """Without TLS anything may come from the network; the node drops that connection and makes another."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.proxy.corrupted["to node"] = 2
        logged = len(rig.node.log.text)
        for _ in range(ROUNDS):
            rig.node.press(20)
            rig.node.wait_for_log("MQTT: ", since=logged)
            logged = len(rig.node.log.text)
        rig.proxy.corrupted.clear()
        rig.proxy.cut()
        rig.check()
