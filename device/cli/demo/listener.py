"""A second client of the broker, which receives of a node what Home Assistant receives."""

from __future__ import annotations

import json
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device.entities.documents import EVENT
from device.errors import DemoError
from device.mqtt.topics import ONLINE, Topics

# Loading networks on a small Pi, and a camera that is missing, take this long.
_TIMEOUT_SECONDS = 60.0
# While it waits, it checks this often whether the node still runs.
_CHECK_SECONDS = 0.2
_QOS = 1


class Listener:
    """Listens to one node while its context lasts.

    Args:
        host: the broker's.
        port: the broker's.
        topics: the node's.
        check_node: called while waiting; raises what ended the node.
    """

    def __init__(
        self, host: str, port: int, topics: Topics, check_node: Callable[[], None]
    ) -> None:
        self._host = host
        self._port = port
        self._topics = topics
        self._check_node = check_node
        self._received: SimpleQueue[MQTTMessage] = SimpleQueue()
        self._newest: dict[str, bytes] = {}
        # 3.1.1: the embedded broker supports no other version.
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.on_message = lambda _client, _data, message: self._received.put(message)

    def __enter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            DemoError: the broker does not answer.
        """
        try:
            self._client.connect(self._host, self._port)
        except OSError as error:
            message = f"--broker {self._host}:{self._port} cannot be reached: {error}. Check that it runs there."
            raise DemoError(message) from error
        self._client.subscribe([(self._topics.discovery, _QOS), (f"{self._base}/#", _QOS)])
        self._client.loop_start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

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
        while not self._received.empty():
            self._take(self._received.get())
        for topic in self._newest:
            self._client.publish(topic, b"", _QOS, retain=True).wait_for_publish(_CHECK_SECONDS)

    @property
    def _base(self) -> str:
        return f"{self._topics.base}/{self._topics.node}"

    def _wait_for(self, topic: str, payload: bytes | None = None) -> bytes:
        end = monotonic() + _TIMEOUT_SECONDS
        while monotonic() < end:
            self._check_node()
            try:
                received = self._received.get(timeout=_CHECK_SECONDS)
            except Empty:
                continue
            self._take(received)
            if received.topic == topic and payload in {None, received.payload}:
                return bytes(received.payload)
        message = (
            f"no message arrived on {topic} at the broker {self._host}:{self._port} within "
            f"{_TIMEOUT_SECONDS:.0f} s. The node's log lines above may show why."
        )
        raise DemoError(message)

    def _take(self, received: MQTTMessage) -> None:
        if received.topic != self._topics.document(EVENT):
            self._newest[received.topic] = bytes(received.payload)
