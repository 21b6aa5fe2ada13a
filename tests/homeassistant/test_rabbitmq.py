"""With a broker that keeps retained messages to itself, only the answer to the birth message brings a node back."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.mqtt.topics import BIRTH_TOPIC
from tests.homeassistant.installation import Installation
from tests.homeassistant.rabbitmq import USER, RabbitMq
from tests.homeassistant.setup import running_setup

pytestmark = pytest.mark.homeassistant


def test_a_restarted_home_assistant_finds_the_node_by_its_birth_message(
    newest: Installation, smiling: Path, tmp_path: Path
) -> None:
    """Node and Home Assistant speak MQTT 3.1.1 here, the only version that RabbitMQ 3 knows."""
    broker = RabbitMq(tmp_path)
    with (
        broker,
        running_setup(tmp_path, newest, broker, USER, None, "3.1.1") as setup,
        setup.node(USER, smiling),
    ):
        with setup.overhear("homeassistant/#") as late:
            late.publish(BIRTH_TOPIC, "offline")
            late.expect(BIRTH_TOPIC, b"offline")
            assert {m.topic for m in late.messages} == {BIRTH_TOPIC}, (
                "RabbitMQ delivers retained messages"
            )
        setup.home.stop()
        setup.home.start()
        setup.expect_available(USER)
        setup.client.act("button.press", entity_id=f"button.{USER}_capture")
        setup.client.expect(f"binary_sensor.{USER}_smiling", "on")
        assert not setup.home.complaints()
