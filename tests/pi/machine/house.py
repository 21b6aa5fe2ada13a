"""Who listens to the broker in a virtual Pi, as Home Assistant would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from device.entities.documents import DIAGNOSTICS, EVENT
from device.mqtt.topics import Topics
from tests.broker.mosquitto import PATIENCE, wait_for

TOPICS = Topics("facet", "facet")
"""Those of a node whose owner has set nothing but the broker's host."""

# Seconds. Emulated, a press takes up to ten seconds, a start half a minute; on a busy machine, many times that.
_PATIENCE = 400.0

Event = dict[str, Any]


class House:
    """Keeps what came, over the broker's absences too. Leaving the context ends it.

    Attributes:
        events: the observations, in the order of their arrival.
        latest: the newest payload by topic, of all others.
    """

    def __init__(self, port: int) -> None:
        self.events: list[Event] = []
        self.latest: dict[str, bytes] = {}
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{TOPICS.base}/#", 1)
        self._client.on_message = self._on_message

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic == TOPICS.document(EVENT):
            self.events.append(json.loads(message.payload))
        else:
            self.latest[message.topic] = bytes(message.payload)

    def command(self, key: str, payload: str) -> None:
        """Send a command to the node."""
        self._client.publish(TOPICS.command(key), payload, qos=1).wait_for_publish(PATIENCE)

    def answer(self, ask: Callable[[], object]) -> Event:
        """Do what makes the node look, and return its next observation."""
        before = len(self.events)
        ask()
        wait_for(lambda: len(self.events) > before, "an observation comes", _PATIENCE)
        return self.events[before]

    def wait_until(self, topic: str, payload: bytes) -> None:
        """Wait until the newest message on a topic is this one."""
        wait_for(lambda: self.latest.get(topic) == payload, f"{topic} says {payload!r}", _PATIENCE)

    def diagnostics(self) -> dict[str, Any]:
        """Return what the node said of itself last."""
        found: dict[str, Any] = json.loads(self.latest[TOPICS.document(DIAGNOSTICS)])
        return found

    @contextmanager
    def node_comes_back(self) -> Iterator[None]:
        """Do what ends the node's connection, and wait until it is online again."""
        self.latest.pop(TOPICS.status, None)
        yield
        self.wait_until(TOPICS.status, b"online")

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()
