"""Home Assistant on another member than the nodes: there nothing is retained of what they published."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.config import MqttSettings
from device.errors import LinkError
from device.mqtt.listener import Listener
from tests.cluster.cluster import PORT, Cluster, Member
from tests.cluster.conftest import NODES
from tests.cluster.fleet import Fleet
from tests.cluster.home import Door, home_at
from tests.homeassistant.installation import Installation
from tests.homeassistant.setup import press

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

FEW = NODES[:3]


def settings(member: Member, user: str) -> MqttSettings:
    """Those of a client of one member; a user's password is its name."""
    return MqttSettings.model_validate(
        {
            "host": member.address,
            "port": PORT,
            "username": user,
            "password": user,
            "protocol": "5",
        }
    )


def test_home_assistant_sees_the_nodes_of_another_member(
    cluster: Cluster, newest: Installation, tmp_path: Path
) -> None:
    """When they are new, when it goes to yet another member, and when it starts again there."""
    first, second, third = cluster.members
    door = Door(second)
    mqtt = {"host": first.address, "port": PORT, "protocol": "5"}
    with (
        home_at(door, newest, tmp_path) as setup,
        Fleet(tmp_path, FEW, mqtt),
    ):
        for node in FEW:
            setup.expect_available(node)
        door.cut()
        setup.expect_gone(FEW[0])
        door.lead_to(third)
        for node in FEW:
            setup.expect_available(node)
        press(setup, FEW[0])
        setup.home.stop()
        setup.home.start()
        for node in FEW:
            setup.expect_available(node)
        press(setup, FEW[0])
        assert not setup.home.complaints()


def test_a_member_keeps_what_is_retained_for_itself(cluster: Cluster) -> None:
    """Why states are repeated. Should it fail one day, RabbitMQ has learned it, and docs/brokers.md can say so."""
    first, second, _ = cluster.members
    node = FEW[0]
    topic = f"facet/{node}/state"
    with Listener(settings(first, node), f"facet/{node}/none") as publisher:
        publisher.publish(topic, "{}", retain=True)
    for member, has_it in ((first, True), (second, False)):
        with Listener(settings(member, node), topic) as late:
            assert (late.get(30.0 if has_it else 1.0) is not None) is has_it
    with Listener(settings(first, node), f"facet/{node}/+") as late:
        assert late.get(1.0) is None, "retained messages come to wildcards"
        late.publish(topic, "", retain=True)


def test_a_node_reads_and_writes_nothing_of_another(cluster: Cluster) -> None:
    """The shipped definitions give each user the rights of its own node."""
    member, (mine, other, *_) = cluster.members[0], FEW
    with Listener(settings(member, mine), f"facet/{mine}/#") as client:
        client.publish(f"facet/{mine}/event", "{}")
        assert client.get(30.0) is not None
        # Refused, or the connection was ended for it each time.
        with pytest.raises(LinkError, match=r"not|takes no message"):
            client.publish(f"facet/{other}/event", "{}", timeout=5.0)
    with (
        pytest.raises(LinkError, match="ACL"),
        Listener(settings(member, mine), f"facet/{other}/#"),
    ):
        pass
