"""The node's presence on a real broker: discovery, states, availability."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from device.entities.documents import DIAGNOSTICS, SETTINGS, STATE
from device.mqtt.events import Birth, Connected, Disconnected, OwnDiscovery
from device.mqtt.topics import BIRTH_TOPIC
from tests.broker.mosquitto import Mosquitto, wait_for
from tests.broker.node import Node
from tests.broker.observer import kept, observe

pytestmark = pytest.mark.broker


def test_discovery_and_states_are_retained_and_online_comes_last(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """An earlier subscriber sees the order; a later one receives everything."""
    with observe(broker.port) as early, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        early.expect(node.topics.status, b"online")
        order = [message.topic for message in early.messages]
        assert order == [
            node.topics.discovery,
            node.topics.camera_status,
            node.topics.document(STATE),
            node.topics.document(SETTINGS),
            node.topics.document(DIAGNOSTICS),
            node.topics.status,
        ]
        with observe(broker.port) as late:
            found = late.expect_all(order)
            assert all(found[topic].is_retained for topic in order)
        payload = json.loads(early.messages[0].payload)
        assert set(payload["components"]) == {row.key for row in node.table}


def test_a_killed_node_is_offline_at_once(broker: Mosquitto, tmp_path: Path) -> None:
    """The broker publishes the last will of a process that got SIGKILL."""
    command = [sys.executable, "-m", "tests.broker.node", str(broker.port), str(tmp_path)]
    with observe(broker.port) as observer, subprocess.Popen(command) as process:
        try:
            observer.expect("facet/facet/status", b"online")
        finally:
            process.kill()
        observer.expect("facet/facet/status", b"offline")
        with observe(broker.port, "facet/facet/status") as late:
            assert late.expect("facet/facet/status").payload == b"offline"


def test_a_stopped_node_says_offline_itself(broker: Mosquitto, tmp_path: Path) -> None:
    """A clean stop leaves offline behind, and the broker has no reason to publish the will."""
    with observe(broker.port) as observer:
        with Node(tmp_path, {"port": broker.port}) as node:
            node.expect(Connected)
            observer.expect(node.topics.status, b"online")
        observer.expect("facet/facet/status", b"offline")
    left = "Received DISCONNECT from facet-facet"
    wait_for(lambda: left in broker.log, "the broker has written down how it left")
    assert "Sending will" not in broker.log


def test_the_node_comes_back_after_the_broker_did(broker: Mosquitto, tmp_path: Path) -> None:
    """The node connects again to a broker that restarts, and announces everything again."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        broker.stop()
        node.expect(Disconnected)
        assert node.link.publish("facet/facet/state", "{}") is None
        broker.start()
        with observe(broker.port) as observer:
            node.expect(Connected)
            observer.expect(node.topics.status, b"online")


def test_a_broker_that_was_stopped_in_good_order_is_not_suspected(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It hangs up without a reason as with two clients of one id, but then it is away."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        # A broker that ends with unread messages resets the connection instead of closing it.
        node.expect_all_answered()
        broker.stop()
        node.expect(Disconnected)
        broker.start()
        node.expect(Connected)
    assert "ended the connection" in caplog.text
    assert "node.id" not in caplog.text


def test_a_node_without_a_memory_meets_its_own_discovery_first(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Its first announcement takes leave of what it does not have any more."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        node.expect_all_answered()
    (tmp_path / "announced.json").unlink()
    disabled = {"disabled": ["Bald"]}
    with (
        observe(broker.port, node.topics.discovery) as observer,
        Node(
            tmp_path, {"port": broker.port}, reads_own_discovery=True, attributes=disabled
        ) as node,
    ):
        observer.expect(node.topics.discovery)
        assert isinstance(node.expect_any(), OwnDiscovery)
        node.expect(Connected)
        met, farewell, final = (
            json.loads(observer.expect(node.topics.discovery).payload)["components"]
            for _ in range(3)
        )
    assert met["bald"]["unique_id"] == "facet_facet_bald"
    assert farewell["bald"] == {"platform": "binary_sensor"}
    assert "bald" not in final


def test_a_node_with_another_id_leaves_nothing_of_the_one_before(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Whoever subscribes afterwards finds the new node alone."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        node.expect_all_answered()
    with Node(tmp_path, {"port": broker.port}, node={"id": "door"}) as node:
        node.expect(Connected)
        node.expect_all_answered()
    topics = kept(broker.port)
    assert node.topics.status in topics
    assert not [topic for topic in topics if "facet/facet/" in topic or "device/facet/" in topic]


def test_a_restarted_home_assistant_receives_everything_again(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Its birth message is answered by discovery and states, even though they are retained."""
    with observe(broker.port) as observer, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        observer.expect(node.topics.status, b"online")
        observer.publish(BIRTH_TOPIC, "online")
        node.expect(Birth)
        observer.expect(node.topics.discovery)
        observer.expect(node.topics.status, b"online")


def test_several_births_in_a_row_are_answered_once(broker: Mosquitto, tmp_path: Path) -> None:
    """A birth that comes while the answer to another one is waiting adds nothing."""
    with observe(broker.port) as observer, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        for _ in range(3):
            observer.send(BIRTH_TOPIC, "online")
        node.expect(Birth)
        with pytest.raises(pytest.fail.Exception, match="no Birth"):
            node.expect(Birth, patience=1.2)


def test_a_disabled_attribute_leaves_home_assistant(broker: Mosquitto, tmp_path: Path) -> None:
    """Its component is published once more, then with only its platform, and then no more."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        node.expect_all_answered()
    with observe(broker.port, node.topics.discovery) as observer:
        observer.expect(node.topics.discovery)
        disabled = {"disabled": ["Bald"]}
        with Node(tmp_path, {"port": broker.port}, attributes=disabled) as node:
            node.expect(Connected)
            node.expect_all_answered()
            met = json.loads(observer.expect(node.topics.discovery).payload)
            farewell = json.loads(observer.expect(node.topics.discovery).payload)
            final = json.loads(observer.expect(node.topics.discovery).payload)
    assert met["components"]["bald"]["unique_id"] == "facet_facet_bald"
    assert farewell["components"]["bald"] == {"platform": "binary_sensor"}
    assert "bald" not in final["components"]
