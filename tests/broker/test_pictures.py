"""What a real broker keeps of a picture: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.config import MqttSettings
from device.mqtt.events import Connected
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from tests.broker.mosquitto import PATIENCE, Mosquitto
from tests.broker.node import Node
from tests.broker.observer import observe

pytestmark = pytest.mark.broker

_PICTURE = b"\xff\xd8\xff" + b"a picture that nobody is to keep " * 1000


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_client_that_is_away_gets_no_picture_later(
    tmp_path: Path, broker: Mosquitto, protocol: str
) -> None:
    """The broker keeps all else for its session. Whoever is there gets the picture, and then that there is one."""
    settings = MqttSettings.model_validate(
        {"host": "127.0.0.1", "port": broker.port, "protocol": protocol}
    )
    state = tmp_path / "state"
    state.mkdir()
    with Listener(settings, "facet/#", session="away"):
        pass
    node = Node(state, {"port": broker.port, "protocol": protocol}, privacy={"picture": "full"})
    topics = node.topics
    with observe(broker.port, "facet/#") as home, node:
        node.expect(Connected)
        node.expect_all_answered()
        node.publisher.picture(_PICTURE)
        node.expect_all_answered()
        home.expect(topics.picture, _PICTURE)
        home.expect(topics.picture_status, b"online")
    with Listener(settings, "facet/#", session="away") as back:
        back.publish("facet/end", "end")
        came = _until(back, "facet/end")
    queued = {message.topic for message in came if not message.is_retained}
    assert topics.picture_status in queued
    assert topics.picture not in {message.topic for message in came}
    broker.stop()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or _PICTURE not in path.read_bytes(), path


def _until(listener: Listener, topic: str) -> list[ReceivedMessage]:
    """Take messages up to the first on a topic."""
    came: list[ReceivedMessage] = []
    while not came or came[-1].topic != topic:
        message = listener.get(PATIENCE)
        assert message is not None, f"nothing came on {topic}"
        came.append(message)
    return came
