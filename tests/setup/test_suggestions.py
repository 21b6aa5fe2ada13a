"""Brokers in the network, on this machine's own interface."""

from __future__ import annotations

import fcntl
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from zeroconf import ServiceInfo, Zeroconf

from device.setup.suggestions import Suggestion, suggest_brokers

_LOCAL = "127.0.0.1"


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """Wait for other runs of these tests on this machine, which hear each other."""
    with (Path(tempfile.gettempdir()) / "facet-tests-of-mdns.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def network() -> Iterator[Zeroconf]:
    """What answers questions."""
    zeroconf = Zeroconf(interfaces=[_LOCAL])
    yield zeroconf
    zeroconf.close()


def _info(kind: str, name: str, port: int) -> ServiceInfo:
    return ServiceInfo(
        kind,
        f"{name}.{kind}",
        port,
        addresses=[socket.inet_aton("192.0.2.7")],
        server="facet-test-of-mdns.local.",
    )


def test_a_broker_and_a_home_assistant_are_suggested(network: Zeroconf) -> None:
    """By their address where their name is not known; Home Assistant with the broker's usual port."""
    network.register_service(_info("_mqtt._tcp.local.", "Facet's Mosquitto", 21_883))
    network.register_service(_info("_home-assistant._tcp.local.", "Facet's Home", 8123))
    found = suggest_brokers(seconds=3, interfaces=[_LOCAL])
    assert {
        Suggestion("192.0.2.7", 21_883, is_tls=False, name="Facet's Mosquitto"),
        Suggestion("192.0.2.7", 1883, is_tls=False, name="Facet's Home"),
    } <= set(found)


def test_a_network_without_an_answer_gives_no_suggestion() -> None:
    """And no error."""
    assert suggest_brokers(seconds=0.2, interfaces=[_LOCAL]) == ()
