"""What one connection leaves behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import psutil
import pytest

from device.config import MqttSettings
from device.mqtt.connection import Connection, Handlers
from device.mqtt.session import Session
from tests.broker.mosquitto import Mosquitto

pytestmark = pytest.mark.broker


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    """In a node that runs for weeks a full collection may be days away."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collection")
def test_connections_that_ended_keep_no_descriptor(broker: Mosquitto) -> None:
    """Neither those that the node closed, nor those that the broker ended."""
    settings = MqttSettings(host="127.0.0.1", port=broker.port)

    def connect_and_be_pushed_out() -> None:
        first, second = (
            Connection(settings, Session(client_id="hall"), "5", Handlers()) for _ in range(2)
        )
        first.open()
        second.open()
        first.wait_until_ended()
        second.close()

    connect_and_be_pushed_out()
    before = psutil.Process().num_fds()
    for _ in range(5):
        connect_and_be_pushed_out()
    assert psutil.Process().num_fds() == before
