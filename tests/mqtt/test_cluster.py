"""A broker that is a cluster: several addresses, of which each may be gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from random import Random
from time import monotonic, sleep

import pytest

from device.config import MqttSettings
from device.mqtt.events import Connected, Disconnected, LinkEvent
from device.mqtt.link import Link
from device.mqtt.listener import Listener
from device.supervision.heartbeat import Heartbeat
from tests.mqtt.fake_broker import FakeBroker
from tests.mqtt.test_link import next_of

HOSTS = "127.0.0.1", "127.0.0.2", "127.0.0.3"


@pytest.fixture
def first() -> Iterator[FakeBroker]:
    """The member that `host` names."""
    with FakeBroker(HOSTS[0]) as running:
        yield running


def cluster(first: FakeBroker) -> MqttSettings:
    """The settings of a node with this member and two others."""
    return first.settings.model_copy(update={"other_hosts": HOSTS[1:]})


def test_each_member_has_the_settings_of_all(first: FakeBroker) -> None:
    """The same port and user; a host that is named twice is one member."""
    settings = cluster(first).model_copy(update={"other_hosts": (HOSTS[1], HOSTS[0])})
    assert settings.members() == (
        first.settings,
        first.settings.model_copy(update={"host": HOSTS[1]}),
    )
    assert first.settings.members() == (first.settings,)


@pytest.mark.parametrize("seed", range(3))
def test_members_that_are_gone_are_passed_over(first: FakeBroker, seed: int) -> None:
    """With whichever of them a node begins."""
    inbox = SimpleQueue[LinkEvent]()
    link = Link(cluster(first), "hall", inbox.put, Heartbeat("link"), Random(seed))  # noqa: S311 - an order, no secret
    link.start()
    next_of(inbox, Connected)
    link.stop()
    assert first.connections == 1


def test_a_node_goes_on_to_another_member_when_it_loses_its_own(first: FakeBroker) -> None:
    """Also if that one would welcome it again: it may be about to end."""
    inbox = SimpleQueue[LinkEvent]()
    with FakeBroker(HOSTS[1], first.settings.port or 0) as second:
        settings = first.settings.model_copy(update={"other_hosts": HOSTS[1:2]})
        link = Link(settings, "hall", inbox.put, Heartbeat("link"))
        link.start()
        next_of(inbox, Connected)
        (first if first.connections else second).cut()
        next_of(inbox, Disconnected)
        next_of(inbox, Connected)
        link.stop()
        assert (first.connections, second.connections) == (1, 1)


def test_a_fleet_spreads_over_the_members(first: FakeBroker) -> None:
    """No more than chance puts on one of them."""
    with FakeBroker(HOSTS[1], first.settings.port or 0) as second:
        settings = first.settings.model_copy(update={"other_hosts": HOSTS[1:2]})
        for seed in range(8):
            inbox = SimpleQueue[LinkEvent]()
            link = Link(settings, f"node-{seed}", inbox.put, Heartbeat("link"), Random(seed))  # noqa: S311 - an order, no secret
            link.start()
            next_of(inbox, Connected)
            link.stop()
        assert min(first.connections, second.connections) >= 2


def test_what_is_wrong_with_each_member_is_logged_once(
    first: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """Although the reason is another one at each attempt."""
    caplog.set_level(logging.WARNING)
    settings = first.settings.model_copy(update={"host": HOSTS[1], "other_hosts": HOSTS[2:]})
    link = Link(settings, "hall", SimpleQueue[LinkEvent]().put, Heartbeat("link"))

    def reports() -> list[int]:
        texts = [record.getMessage() for record in caplog.records]
        return [sum(host in text for text in texts) for host in HOSTS[1:]]

    def try_for(seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """Have an attempt each second."""
        end = monotonic() + seconds
        while monotonic() < end and not until():
            link.try_now()
            sleep(0.05)

    link.start()
    try_for(30, until=lambda: min(reports()) > 0)
    try_for(3)
    link.stop()
    assert reports() == [1, 1]


def test_a_listener_takes_the_first_member_that_can_be_reached(first: FakeBroker) -> None:
    """So `facet check` and `facet retire` work while one is away."""
    settings = first.settings.model_copy(
        update={"host": HOSTS[1], "other_hosts": (HOSTS[2], HOSTS[0])}
    )
    with Listener(settings, "facet/#") as listener:
        listener.publish("facet/hall/x", "1")
    assert first.published == [("facet/hall/x", b"1")]
