"""A connection of the node's with a broker that does harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import psutil

from device.config import MqttSettings
from device.mqtt.connection import Connection, Handlers
from device.mqtt.message import ReceivedMessage
from device.mqtt.session import Session
from device.mqtt.unconfirmed import Answer
from tests.hostile.broker import HostileBroker, Script

VERSIONS = {"5": 5, "3.1.1": 4}
MEGABYTE = 1_000_000
TOPIC = "facet/hall/set/privacy"


def settings_for(port: int, **more: object) -> MqttSettings:
    """Settings of a client of a broker on this machine."""
    return MqttSettings.model_validate({"host": "127.0.0.1", "port": port, **more})


def connection_with(
    broker: HostileBroker,
    version: str,
    *,
    received: SimpleQueue[ReceivedMessage] | None = None,
    answers: SimpleQueue[tuple[int, Answer]] | None = None,
    **settings: object,
) -> Connection:
    """A connection that is not open yet; what comes goes into the queues."""
    messages = received if received is not None else SimpleQueue[ReceivedMessage]()
    confirmations = answers if answers is not None else SimpleQueue[tuple[int, Answer]]()
    handlers = Handlers(
        message=messages.put, answer=lambda number, answer: confirmations.put((number, answer))
    )
    session = Session(client_id="hall")
    return Connection(settings_for(broker.port, **settings), session, version, handlers)


@contextmanager
def subscribed(
    script: Script,
    version: str,
    received: SimpleQueue[ReceivedMessage] | None = None,
    answers: SimpleQueue[tuple[int, Answer]] | None = None,
) -> Iterator[tuple[HostileBroker, Connection]]:
    """A connection that has subscribed, and its broker."""
    with HostileBroker(script) as broker:
        connection = connection_with(broker, version, received=received, answers=answers)
        connection.open()
        connection.subscribe("facet/hall/set/+")
        yield broker, connection
        connection.close(timeout=0.5)


def resident() -> int:
    """The bytes of memory that this process keeps resident."""
    return int(psutil.Process().memory_info().rss)
