"""A client that misses nothing: the broker keeps what comes for it while it is away."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from device.config import MqttSettings
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from tests.cluster.definitions import HOME_ASSISTANT

_EVENTS = "facet/+/event"
_STATUS = "facet/+/status"


class Watcher:
    """Takes note of observations, and of nodes that come and go.

    Attributes:
        observations: what came, by the id of the observation.
        received: how often each came, by its id.
        arrived: when it came first, on the machine's monotonic clock.
        statuses: when which node said what of itself, or its last will did, in the order in which it came.
    """

    def __init__(self) -> None:
        self.observations: dict[str, dict[str, Any]] = {}
        self.received: Counter[str] = Counter()
        self.arrived: dict[str, float] = {}
        self.statuses: list[tuple[float, str, str]] = []
        self._lock = threading.Lock()

    def take(self, message: ReceivedMessage) -> None:
        """Take a message."""
        _, node, what = message.topic.split("/")
        with self._lock:
            if what == "status":
                self.statuses.append((monotonic(), node, message.payload.decode()))
                return
            observation = json.loads(message.payload)
            event_id = observation["event_id"]
            self.observations[event_id] = observation
            self.received[event_id] += 1
            self.arrived.setdefault(event_id, monotonic())

    def said(self, status: str, since: float) -> dict[str, float]:
        """Return which nodes have said this since a time, and when first."""
        with self._lock:
            found: dict[str, float] = {}
            for at, node, said in self.statuses:
                if at >= since and said == status:
                    found.setdefault(node, at)
            return found

    def observed_by(self, *nodes: str) -> dict[str, dict[str, Any]]:
        """Return what came of these nodes, by the id of the observation."""
        with self._lock:
            return {i: seen for i, seen in self.observations.items() if seen["node"] in nodes}

    @property
    def repeated(self) -> int:
        """How many observations came once more."""
        return self.received.total() - len(self.received)


@contextmanager
def watching(port: int, host: str, *others: str, protocol: str = "5") -> Iterator[Watcher]:
    """Watch all nodes from a broker, or from the first member of a cluster that can be reached."""
    settings = MqttSettings.model_validate(
        {
            "host": host,
            "other_hosts": others,
            "port": port,
            "username": HOME_ASSISTANT,
            "password": HOME_ASSISTANT,
            "protocol": protocol,
        }
    )
    watcher = Watcher()
    with Listener(settings, _EVENTS, _STATUS, session="watcher", on_message=watcher.take):
        yield watcher
