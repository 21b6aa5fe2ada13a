"""The node in a virtual Pi, seen through its broker as Home Assistant sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from device.config import MqttSettings
from device.entities.documents import DIAGNOSTICS, EVENT
from device.errors import LinkError
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from device.mqtt.topics import Topics
from tests.broker.mosquitto import wait_for

TOPICS = Topics("facet", "facet")
"""Those of a node whose owner has set nothing but the broker's host."""

# Seconds. Emulated, a press takes up to ten seconds, a start half a minute; on a busy machine, many times that.
_PATIENCE = 400.0

Event = dict[str, Any]


class NodeView:
    """Sends commands to the node and keeps what it publishes, also when the broker restarts meanwhile.

    Attributes:
        events: the observations, in the order of their arrival.
        latest: the newest payload of each other topic.

    Args:
        port: of this computer; leads to the broker in the virtual Pi.
    """

    def __init__(self, port: int) -> None:
        self.events: list[Event] = []
        self.latest: dict[str, bytes] = {}
        self._listener = Listener(
            MqttSettings(host="127.0.0.1", port=port),
            f"{TOPICS.base}/#",
            session="facet-node-view",
            on_message=self._on_message,
        )

    def _on_message(self, message: ReceivedMessage) -> None:
        if message.topic == TOPICS.document(EVENT):
            self.events.append(json.loads(message.payload))
        else:
            self.latest[message.topic] = message.payload

    def command(self, key: str, payload: str) -> None:
        """Send a command to the node."""
        self._listener.publish(TOPICS.command(key), payload)

    def answer(self, trigger: Callable[[], object]) -> Event:
        """Trigger an observation, and return it."""
        before = len(self.events)
        trigger()
        wait_for(lambda: len(self.events) > before, "an observation arrives", _PATIENCE)
        return self.events[before]

    def wait_until(self, topic: str, payload: bytes) -> None:
        """Wait until the newest message on a topic has a payload."""
        wait_for(lambda: self.latest.get(topic) == payload, f"{topic} is {payload!r}", _PATIENCE)

    def diagnostics(self) -> dict[str, Any]:
        """Return the newest diagnostics that the node has published."""
        found: dict[str, Any] = json.loads(self.latest[TOPICS.document(DIAGNOSTICS)])
        return found

    @contextmanager
    def comes_back(self) -> Iterator[None]:
        """Do what ends the node's connection in the context; at its end, wait until the node is online again."""
        self.latest.pop(TOPICS.status, None)
        yield
        self.wait_until(TOPICS.status, b"online")

    def __enter__(self) -> Self:
        # The machine may answer before its broker has started.
        wait_for(self._connects, "the broker answers", _PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _connects(self) -> bool:
        with suppress(LinkError):
            self._listener.__enter__()
            return True
        return False
