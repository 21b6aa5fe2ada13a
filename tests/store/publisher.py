"""A fleet that publishes observations and, as a node's outbox does, sends again what no broker has confirmed."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.store.observations import observation, published

_NODES = 20


class Fleet:
    """Publishes through one connection; within the context it stays connected, whatever the broker does.

    Args:
        port: of the broker, on this machine.
        user: with the same password; None for a broker that asks for none.
    """

    def __init__(self, port: int, user: str | None = None) -> None:
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2, "facet-fleet", clean_session=False)
        self._client.reconnect_delay_set(1, 1)
        if user is not None:
            self._client.username_pw_set(user, user)
        self.event_ids: list[str] = []
        """Of all that was published."""

    def publish(self, count: int, seconds: float = 0.0) -> None:
        """Publish observations, each tenth of them twice.

        Args:
            count: how many.
            seconds: that it takes at least.
        """
        began = monotonic()
        for number in range(count):
            seen = observation(node=f"node{number % _NODES}")
            self.event_ids.append(seen.event_id)
            for _ in range(1 + (number % 10 == 0)):
                self.send(*published(seen))
            sleep(max(began + seconds * (number + 1) / count - monotonic(), 0))

    def send(self, topic: str, payload: bytes) -> None:
        """Publish anything."""
        self._client.publish(topic, payload, qos=1)

    def settle(self, patience: float = 60.0) -> None:
        """Wait until the broker has confirmed all."""
        end = monotonic() + patience
        while self._client._out_messages:  # noqa: SLF001 - paho has no other way to ask
            assert monotonic() < end, "the broker has not confirmed all"
            sleep(0.02)

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
