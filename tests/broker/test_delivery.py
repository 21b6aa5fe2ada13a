"""Commands in, events out, and the two versions of MQTT."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from device.config import MqttSettings
from device.entities.commands import read_command
from device.entities.requests import Change
from device.errors import CommandError, LinkError
from device.mqtt.events import Command, Connected, Delivered, Disconnected
from device.mqtt.probe import probe
from tests.broker.mosquitto import Mosquitto, free_port, listens, wait_for
from tests.broker.node import Node
from tests.broker.observer import observe

pytestmark = pytest.mark.broker


@pytest.fixture
def old_broker(tmp_path: Path) -> Iterator[int]:
    """The port of an amqtt broker, which supports only MQTT 3.1.1."""
    port = free_port()
    configuration = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    file = tmp_path / "amqtt.yaml"
    file.write_text(yaml.safe_dump(configuration))
    with subprocess.Popen(
        [sys.executable, "-m", "amqtt.scripts.broker_script", "-c", file], stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(lambda: listens(port), "amqtt listens")
            yield port
        finally:
            process.terminate()


def test_auto_falls_back_when_the_broker_does_not_know_mqtt_5(
    old_broker: int, tmp_path: Path
) -> None:
    """The node announces itself and receives commands in MQTT 3.1.1."""
    with Node(tmp_path, {"port": old_broker}) as node:
        node.expect(Connected)
        node.expect_all_answered()
        node.link.publish(node.topics.command("capture"), "PRESS")
        assert node.expect(Command) == Command("capture", b"PRESS")
    settings = MqttSettings(host="127.0.0.1", port=old_broker)
    assert "speaks MQTT 3.1.1" in probe(settings)


def test_a_fixed_version_does_not_fall_back(old_broker: int) -> None:
    """The error for an owner who asks for MQTT 5 names the broker's version, and what to set."""
    settings = MqttSettings(host="127.0.0.1", port=old_broker, protocol="5")
    with pytest.raises(LinkError, match=r"not speak MQTT 5.*mqtt\.protocol: auto"):
        probe(settings)


def test_auto_speaks_mqtt_5_where_it_can(broker: Mosquitto) -> None:
    """There is no fallback unless it is needed."""
    assert "speaks MQTT 5" in probe(MqttSettings(host="127.0.0.1", port=broker.port))


def _hang_up(server: socket.socket, times: int) -> None:
    for _ in range(times):
        client, _address = server.accept()
        client.close()


def test_something_that_hangs_up_is_no_broker() -> None:
    """A port that closes the connection at once is a readable error, after both versions."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hang_up, args=[server, 2], daemon=True).start()
        with pytest.raises(LinkError, match=r"gave no answer to MQTT 3\.1\.1"):
            probe(MqttSettings(host="127.0.0.1", port=server.getsockname()[1]))


def test_a_command_reaches_the_inbox_and_means_something(broker: Mosquitto, tmp_path: Path) -> None:
    """What Home Assistant writes arrives with its key, and parses."""
    with observe(broker.port) as home, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        home.publish(node.topics.command("threshold_offset"), "0.1")
        command = node.expect(Command)
        change = read_command(node.table, command.key, command.payload)
        assert isinstance(change, Change)
        assert change.value == pytest.approx(0.1)


def test_a_command_that_comes_twice_is_two_commands(broker: Mosquitto, tmp_path: Path) -> None:
    """The link does not judge; a switch that is set twice is as it was."""
    with observe(broker.port) as home, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        for _ in range(2):
            home.publish(node.topics.command("privacy"), "ON")
        assert [node.expect(Command), node.expect(Command)] == [Command("privacy", b"ON")] * 2


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        ("privacy", b"yes"),  # not a word that a switch knows
        ("threshold_offset", b"9"),  # out of bounds
        ("threshold_offset", b"\xff\xfe"),  # no text
        ("eyeglasses", b"ON"),  # takes no commands
        ("nonsense", b"ON"),  # does not exist
        ("a/b", b"ON"),  # not even a key
        ("privacy", b"x" * 20_000),  # far too long
    ],
)
def test_an_invalid_command_is_an_error_and_not_the_end(
    broker: Mosquitto, tmp_path: Path, key: str, payload: bytes
) -> None:
    """Nonsense is rejected with a readable message, and the next command arrives."""
    with observe(broker.port) as home, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        home.publish(node.topics.command(key), payload)
        home.publish(node.topics.command("capture"), "PRESS")
        command = node.expect(Command)
        if command.key != "capture":
            with pytest.raises(CommandError, match="set/"):
                read_command(node.table, command.key, command.payload)
            command = node.expect(Command)
        assert command == Command("capture", b"PRESS")


def test_a_retained_command_is_not_obeyed(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise it would arrive again at each connection."""
    with observe(broker.port) as home:
        home.publish("facet/facet/set/capture", "PRESS", retain=True)
        with caplog.at_level(logging.WARNING), Node(tmp_path, {"port": broker.port}) as node:
            node.expect(Connected)
            home.publish(node.topics.command("privacy"), "ON")
            assert node.expect(Command) == Command("privacy", b"ON")
    assert "set/capture is ignored: it was published retained" in caplog.text


def test_an_event_is_delivered_once_and_never_retained(broker: Mosquitto, tmp_path: Path) -> None:
    """A confirmed event is gone from disk and from the broker."""
    with observe(broker.port) as home, Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        node.send("e1")
        assert len(node.outbox) == 1
        node.expect_all_answered()
        assert len(node.outbox) == 0
        assert not home.expect("facet/facet/event").is_retained
        with observe(broker.port) as late:
            late.expect(node.topics.status, b"online")
            assert "facet/facet/event" not in {message.topic for message in late.drain()}


def test_events_of_an_outage_arrive_later_in_their_order(broker: Mosquitto, tmp_path: Path) -> None:
    """What was seen while the broker was away waits on disk, across a restart of the node."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        broker.stop()
        node.expect(Disconnected)
        for number in range(30):
            node.send(f"e{number}")
    broker.start()
    with (
        observe(broker.port, "facet/facet/event") as home,
        Node(tmp_path, {"port": broker.port}) as node,
    ):
        node.expect(Connected)
        node.send("e30")
        heard = [json.loads(home.expect("facet/facet/event").payload) for _ in range(31)]
        node.expect_all_answered()
        assert len(node.outbox) == 0
    assert [event["event_id"] for event in heard] == [f"e{number}" for number in range(31)]
    assert all(event["occurred_at"] <= event["delivered_at"] for event in heard)


def test_numbers_of_messages_are_unique_across_connections(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """MQTT starts to count again with each connection; a late confirmation must not name another event."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        before = node.expect(Delivered).number
        broker.stop()
        node.expect(Disconnected)
        broker.start()
        node.expect(Connected)
        node.expect_all_answered()
        number = node.link.publish("facet/facet/state", "{}")
        assert number is not None
        assert number > before
        assert node.expect(Delivered).number == number
