"""A second client of the broker, which knows of the node what Home Assistant would know."""

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

# Seconds. Loading networks on a small Pi, and a camera that is not there, take their time.
_PATIENCE = 60.0
# Seconds. While it waits, it looks this often whether the node still lives.
_GLANCE = 0.2
_QOS = 1


class Home:
    """Listens to one node.

    Args:
        host: the broker's.
        port: the broker's.
        topics: the node's.
        still_alive: called while waiting; raises what ended the node.
    """

    def __init__(
        self, host: str, port: int, topics: Topics, still_alive: Callable[[], None]
    ) -> None:
        self._host = host
        self._port = port
        self._topics = topics
        self._still_alive = still_alive
        self._heard: SimpleQueue[MQTTMessage] = SimpleQueue()
        self._newest: dict[str, bytes] = {}
        # 3.1.1: the embedded broker knows no other version.
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.on_message = lambda _client, _data, message: self._heard.put(message)

    def __enter__(self) -> Self:
        try:
            self._client.connect(self._host, self._port)
        except OSError as error:
            msg = f"--broker {self._host}:{self._port} cannot be reached: {error}. Check that it runs there."
            raise DemoError(msg) from error
        self._client.subscribe([(self._topics.discovery, _QOS), (f"{self._base}/#", _QOS)])
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

    def forget(self) -> None:
        """Delete what the node has retained, so that a broker of the owner's is left as it was."""
        while not self._heard.empty():
            self._take(self._heard.get())
        for topic in self._newest:
            self._client.publish(topic, b"", _QOS, retain=True).wait_for_publish(_GLANCE)

    @property
    def _base(self) -> str:
        return f"{self._topics.base}/{self._topics.node}"

    def _wait_for(self, topic: str, payload: bytes | None = None) -> bytes:
        end = monotonic() + _PATIENCE
        while monotonic() < end:
            self._still_alive()
            try:
                message = self._heard.get(timeout=_GLANCE)
            except Empty:
                continue
            self._take(message)
            if message.topic == topic and payload in {None, message.payload}:
                return bytes(message.payload)
        msg = (
            f"nothing was heard on {topic} at the broker {self._host}:{self._port} in "
            f"{_PATIENCE:.0f} s. What the node says above may tell why."
        )
        raise DemoError(msg)

    def _take(self, message: MQTTMessage) -> None:
        if message.topic != self._topics.document(EVENT):
            self._newest[message.topic] = bytes(message.payload)
