"""A second client of the broker, as Home Assistant is one: it presses, and receives the observation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from device.cli.bench.node import TOPICS
from device.entities.documents import EVENT
from device.entities.kinds import PRESS
from device.errors import BenchError
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from device.mqtt.topics import OFFLINE, ONLINE

NODE_TOPIC = f"{TOPICS.base}/#"
"""All that the measured node publishes, except its discovery."""

# Loading networks on a small Pi takes this long.
_ONLINE_SECONDS = 60.0
_ANSWER_SECONDS = 30.0


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


class NodeListener:
    """Listens to the measured node, and presses its button.

    Args:
        client: subscribed to NODE_TOPIC.
    """

    def __init__(self, client: Listener) -> None:
        self._client = client

    def wait_until_online(self) -> None:
        """Wait until both the node and its camera are online, in either order.

        Raises:
            BenchError: they are not in time.
        """
        online = set()
        for received in self._messages("report that it is online", _ONLINE_SECONDS):
            if received.payload == ONLINE.encode():
                online.add(received.topic)
            if {TOPICS.status, TOPICS.camera_status} <= online:
                return

    def wait_until_offline(self) -> None:
        """Pass over all that a node has published until its end, so that none of it is taken for the next one's.

        Raises:
            BenchError: it has not ended in time.
        """
        for received in self._messages("report that it is offline", _ANSWER_SECONDS):
            if (received.topic, received.payload) == (TOPICS.status, OFFLINE.encode()):
                return

    def press(self) -> Press:
        """Press the button as Home Assistant does, and wait for the observation.

        Raises:
            BenchError: it does not come in time, or has no face.
        """
        pressed = monotonic()
        self._client.send(TOPICS.command("capture"), PRESS)
        event_topic = TOPICS.document(EVENT)
        payload, at = next(
            (received.payload, received.arrived)
            for received in self._messages("publish an observation", _ANSWER_SECONDS)
            if received.topic == event_topic
        )
        event = json.loads(payload)
        if event["reason"] is not None:
            message = f"--picture: the node answered {event['reason']}; give a picture with one clear face"
            raise BenchError(message)
        delivered = datetime.fromisoformat(event["delivered_at"])
        total = delivered - datetime.fromisoformat(event["triggered_at"])
        return Press(event["timings"], total.total_seconds() * 1000, (at - pressed) * 1000)

    def _messages(self, expected: str, timeout: float) -> Iterator[ReceivedMessage]:
        """Yield each message, for timeout seconds at most."""
        end = monotonic() + timeout
        while (received := self._client.get(end - monotonic())) is not None:
            yield received
        message = f"the node did not {expected} within {timeout:.0f} s; see its log lines above"
        raise BenchError(message)
