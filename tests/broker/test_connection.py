"""What one connection leaves behind."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from device.config import MqttSettings
from device.mqtt.connection import Connection, Handlers
from device.mqtt.events import Connected, Disconnected
from device.mqtt.session import Session
from device.mqtt.sizes import TOO_LONG
from device.mqtt.unconfirmed import Answer
from tests.broker.mosquitto import Mosquitto, wait_for
from tests.broker.node import Node

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
    wait_for(lambda: psutil.Process().num_fds() <= before, "all descriptors are closed")


def test_messages_that_are_too_long_have_numbers_like_all_others(
    start_broker: Callable[..., Mosquitto],
) -> None:
    """Each is refused under a number that no other message has, on this connection or the next."""
    broker = start_broker("allow_anonymous true", "max_packet_size 2000")
    settings = MqttSettings(host="127.0.0.1", port=broker.port)
    answers: dict[int, Answer] = {}
    handlers = Handlers(answer=answers.__setitem__)
    for already in (0, 4):
        connection = Connection(settings, Session(client_id="hall"), "5", handlers)
        connection.open()
        numbers = [
            connection.publish("facet/hall/state", payload, retain=False)
            for payload in ("x" * 3000, "short", "y" * 3000, "short")
        ]
        wait_for(lambda: len(answers) == already + 4, "every message is answered")  # noqa: B023 - waited for here
        assert [answers[number or 0].refusal for number in numbers] == [TOO_LONG, None] * 2
        connection.close()


def test_a_press_finds_a_broker_that_is_back_at_once(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After an outage the next attempt is seconds away; somebody who presses does not wait for it."""
    caplog.set_level(logging.DEBUG, "device.mqtt.link")

    def waits_long() -> bool:
        delays = re.findall(r"next attempt in ([\d.]+) s", caplog.text)
        return bool(delays) and float(delays[-1]) >= 4

    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        broker.stop()
        node.expect(Disconnected)
        wait_for(waits_long, "the next attempt is four seconds away or more", 30)
        # Its first second passes in any case.
        sleep(1)
        broker.start()
        began = monotonic()
        node.link.try_now()
        node.expect(Connected)
        # Without a press it would wait for six more, as the random numbers of this node have it.
        assert monotonic() - began < 4
