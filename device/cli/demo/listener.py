"""A second client of the broker, which receives of a node what Home Assistant receives."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from device.entities.documents import EVENT, EVENTS
from device.errors import DemoError, LinkError
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from device.mqtt.topics import ONLINE, Topics

# Loading networks on a small Pi, and a camera that is missing, take this long.
_TIMEOUT_SECONDS = 60.0
# While it waits, it checks this often whether the node still runs.
_CHECK_SECONDS = 0.2


def node_topics(topics: Topics) -> tuple[str, ...]:
    """Return what a node publishes on."""
    return topics.discovery, topics.document("#")


class NodeListener:
    """Listens to one node.

    Args:
        client: subscribed to node_topics.
        topics: the node's.
        check_node: called while waiting; raises what ended the node.
    """

    def __init__(self, client: Listener, topics: Topics, check_node: Callable[[], None]) -> None:
        self._client = client
        self._topics = topics
        self._check_node = check_node
        self._newest: dict[str, bytes] = {}

    def discover(self) -> dict[str, Any]:
        """Wait until the node is online, and return its discovery payload.

        Raises:
            DemoError: it does not come online.
        """
        self._wait_for(self._topics.status, ONLINE.encode())
        discovery: dict[str, Any] = json.loads(self._newest[self._topics.discovery])
        return discovery

    def observation(self) -> str:
        """Wait for the next event of the node and return its JSON.

        Raises:
            DemoError: none comes.
        """
        return self._wait_for(self._topics.document(EVENT)).decode()

    def delete_retained(self) -> None:
        """Delete what the node has retained, so that the owner's broker is left as it was."""
        while (received := self._client.get()) is not None:
            self._take(received)
        for topic in self._newest:
            with suppress(LinkError):
                self._client.publish(topic, b"", retain=True, timeout=_CHECK_SECONDS)

    def _wait_for(self, topic: str, payload: bytes | None = None) -> bytes:
        end = monotonic() + _TIMEOUT_SECONDS
        while monotonic() < end:
            self._check_node()
            received = self._client.get(_CHECK_SECONDS)
            if received is None:
                continue
            self._take(received)
            if received.topic == topic and payload in {None, received.payload}:
                return received.payload
        message = (
            f"no message arrived on {topic} within "
            f"{_TIMEOUT_SECONDS:.0f} s. The node's log lines above may show why."
        )
        raise DemoError(message)

    def _take(self, received: ReceivedMessage) -> None:
        if received.topic not in map(self._topics.document, EVENTS):
            self._newest[received.topic] = received.payload
