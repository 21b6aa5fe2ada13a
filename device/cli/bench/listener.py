"""A second client of the broker, as Home Assistant is one: it presses, and receives the observation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device.cli.bench.node import TOPICS, Broker
from device.entities.documents import EVENT
from device.entities.kinds import PRESS
from device.errors import BenchError
from device.mqtt.client import disable_nagle
from device.mqtt.topics import ONLINE

# Loading networks on a small Pi takes this long.
_ONLINE_SECONDS = 60.0
_ANSWER_SECONDS = 30.0
_QOS = 1


@dataclass(frozen=True, slots=True)
class Press:
    """What one press cost.

    Attributes:
        stages: milliseconds by stage, as the observation lists them.
        total_ms: from the trigger to the delivery, both on the node's clock.
        round_trip_ms: from the command that this client sends to the observation that it receives.
    """

    stages: dict[str, float]
    total_ms: float
    round_trip_ms: float


class Listener:
    """Listens to the measured node while its context lasts.

    Args:
        broker: the node's.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._received: SimpleQueue[tuple[str, bytes, float]] = SimpleQueue()
        # 3.1.1: the embedded broker supports no other version.
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.on_message = self._receive
        self._client.on_socket_open = disable_nagle

    def __enter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            BenchError: the broker does not answer.
        """
        host, port = self._broker.host, self._broker.port
        try:
            self._client.connect(host, port)
        except OSError as error:
            message = f"--broker {host}:{port} does not answer: {error}; start one there"
            raise BenchError(message) from error
        self._client.subscribe(f"{TOPICS.base}/#", _QOS)
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

    def wait_until_online(self) -> None:
        """Wait until both the node and its camera are online, in either order.

        Raises:
            BenchError: they are not in time.
        """
        online = set()
        for topic, payload, _ in self._messages("report that it is online", _ONLINE_SECONDS):
            if payload == ONLINE.encode():
                online.add(topic)
            if {TOPICS.status, TOPICS.camera_status} <= online:
                return

    def press(self) -> Press:
        """Press the button as Home Assistant does, and wait for the observation.

        Raises:
            BenchError: it does not come in time, or has no face.
        """
        pressed = perf_counter()
        self._client.publish(TOPICS.command("capture"), PRESS, _QOS)
        event_topic = TOPICS.document(EVENT)
        payload, at = next(
            (payload, at)
            for topic, payload, at in self._messages("publish an observation", _ANSWER_SECONDS)
            if topic == event_topic
        )
        event = json.loads(payload)
        if event["reason"] is not None:
            message = f"--picture: the node answered {event['reason']}; give a picture with one clear face"
            raise BenchError(message)
        delivered = datetime.fromisoformat(event["delivered_at"])
        total = delivered - datetime.fromisoformat(event["triggered_at"])
        return Press(event["timings"], total.total_seconds() * 1000, (at - pressed) * 1000)

    def _messages(self, expected: str, timeout: float) -> Iterator[tuple[str, bytes, float]]:
        """Yield topic, payload and time of arrival (perf_counter) of each message, for timeout seconds at most."""
        deadline = perf_counter() + timeout
        while True:
            try:
                yield self._received.get(timeout=max(0.0, deadline - perf_counter()))
            except Empty:
                message = (
                    f"the node did not {expected} within {timeout:.0f} s; see its log lines above"
                )
                raise BenchError(message) from None

    def _receive(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._received.put((message.topic, bytes(message.payload), perf_counter()))
