"""The access list that Facet ships keeps the nodes of a home apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from device.mqtt.events import Birth, Command, Connected, Refused
from tests.broker.mosquitto import Mosquitto, password_file
from tests.broker.node import Node
from tests.broker.observer import observe

pytestmark = pytest.mark.broker

_ACL = Path(__file__).parents[2] / "provisioning" / "mosquitto" / "acl"


def test_the_shipped_acl_lets_a_node_live(
    start_broker: Callable[..., Mosquitto], tmp_path: Path
) -> None:
    """Everything that it publishes is taken, and it receives its commands and Home Assistant's birth."""
    broker = start_broker(
        password_file(tmp_path, hall="hall", homeassistant="homeassistant"), f"acl_file {_ACL}"
    )
    mqtt = {"port": broker.port, "username": "hall", "password": "hall"}
    with (
        observe(broker.port, user="homeassistant") as home,
        Node(tmp_path, mqtt, node={"id": "hall"}) as node,
    ):
        node.expect(Connected)
        node.send("e1")
        home.expect("homeassistant/device/hall/config")
        home.expect("facet/hall/event")
        home.publish(node.topics.command("capture"), "PRESS")
        assert node.expect(Command) == Command("capture", b"PRESS")
        home.publish("homeassistant/status", "online")
        node.expect(Birth)


@pytest.mark.parametrize(
    "topic",
    [
        "facet/hall/state",  # what the other one shows
        "facet/hall/set/privacy",  # a command to it
        "facet/hall/status",  # its presence
        "homeassistant/device/hall/config",  # its entities
        "homeassistant/status",  # Home Assistant's birth
        "facet/newest_version",  # what all nodes receive
    ],
)
def test_the_shipped_acl_keeps_a_node_from_speaking_for_others(
    start_broker: Callable[..., Mosquitto], tmp_path: Path, topic: str
) -> None:
    """With its own, valid credentials: the broker refuses the message, and no client receives it."""
    broker = start_broker(
        password_file(tmp_path, garage="garage", homeassistant="homeassistant"), f"acl_file {_ACL}"
    )
    mqtt = {"port": broker.port, "username": "garage", "password": "garage"}
    with (
        observe(broker.port, user="homeassistant") as home,
        Node(tmp_path, mqtt, node={"id": "garage"}) as node,
    ):
        node.expect(Connected)
        node.expect_all_answered()
        number = node.link.publish(topic, "stolen", retain=True)
        assert node.expect(Refused).number == number
        home.publish("facet/garage/after", "")
        home.expect("facet/garage/after")
        assert b"stolen" not in {message.payload for message in home.messages}


def test_the_shipped_acl_keeps_a_node_from_listening_to_others(
    start_broker: Callable[..., Mosquitto], tmp_path: Path
) -> None:
    """Not even what stays on the broker."""
    broker = start_broker(
        password_file(tmp_path, garage="garage", homeassistant="homeassistant"), f"acl_file {_ACL}"
    )
    with (
        observe(broker.port, user="homeassistant") as home,
        observe(broker.port, user="garage") as garage,
    ):
        home.publish("facet/hall/state", "private", retain=True)
        home.publish("facet/hall/event", "private")
        home.publish("facet/garage/state", "its own")
        garage.expect("facet/garage/state")
        assert {message.topic for message in garage.messages} == {"facet/garage/state"}
