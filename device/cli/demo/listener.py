"""A second client of the broker, which receives of a node what Home Assistant receives."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self

from device.config import MqttSettings
from device.entities.documents import EVENT
from device.errors import DemoError, LinkError
from device.mqtt import listener
from device.mqtt.message import ReceivedMessage
from device.mqtt.topics import ONLINE, Topics

# Loading networks on a small Pi, and a camera that is missing, take this long.
_TIMEOUT_SECONDS = 60.0
# While it waits, it checks this often whether the node still runs.
_CHECK_SECONDS = 0.2


class Listener:
    """Listens to one node while its context lasts.

    Args:
        settings: the broker's.
        topics: the node's.
        check_node: called while waiting; raises what ended the node.
    """

    def __init__(
        self, settings: MqttSettings, topics: Topics, check_node: Callable[[], None]
    ) -> None:
        self._place = f"{settings.host}:{settings.effective_port}"
        self._topics = topics
        self._check_node = check_node
        self._newest: dict[str, bytes] = {}
        self._listener = listener.Listener(
            settings, topics.discovery, f"{topics.base}/{topics.node}/#"
        )

    def __enter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            DemoError: the broker does not answer.
        """
        try:
            self._listener.__enter__()
        except LinkError as error:
            message = f"--broker {self._place} cannot be reached: {error}"
            raise DemoError(message) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        self._listener.__exit__(kind, error, trace)

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
        while (received := self._listener.get()) is not None:
            self._take(received)
        for topic in self._newest:
            with suppress(LinkError):
                self._listener.publish(topic, b"", retain=True, timeout=_CHECK_SECONDS)

    def _wait_for(self, topic: str, payload: bytes | None = None) -> bytes:
        end = monotonic() + _TIMEOUT_SECONDS
        while monotonic() < end:
            self._check_node()
            received = self._listener.get(_CHECK_SECONDS)
            if received is None:
                continue
            self._take(received)
            if received.topic == topic and payload in {None, received.payload}:
                return received.payload
        message = (
            f"no message arrived on {topic} at the broker {self._place} within "
            f"{_TIMEOUT_SECONDS:.0f} s. The node's log lines above may show why."
        )
        raise DemoError(message)

    def _take(self, received: ReceivedMessage) -> None:
        if received.topic != self._topics.document(EVENT):
            self._newest[received.topic] = received.payload
