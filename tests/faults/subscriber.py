"""A subscriber that records all that reaches it, and reports which promised observations are missing."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Mapping
from typing import Any, Self

from device.config import MqttSettings
from device.entities.documents import EVENT
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from tests.broker.mosquitto import PATIENCE, wait_for
from tests.faults.process import TOPICS
from tests.faults.scale import RECOVERY

# The sender's stamps, which state when this copy was sent, and what was known of the clock then; all else is the
# observation's.
_OF_THE_SENDING = ("delivered_at", "waited", "time_uncertain")
_EVENT_TOPIC = TOPICS.document(EVENT)


class Subscriber:
    """Listens at the broker itself, with a session that outlives an outage. Leaving the context ends it.

    Attributes:
        events: the observations by their event_id, in the order of their first arrival.
        received: how many events came, those that were sent again included.
        contradictions: ids that came again with another content: duplicates that could not be recognised.
        latest: the newest payload by topic, of those that are retained.
    """

    def __init__(self, port: int) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.received = 0
        self.contradictions: list[str] = []
        self.latest: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._listener = Listener(
            MqttSettings(host="127.0.0.1", port=port, protocol="3.1.1"),
            f"{TOPICS.base}/#",
            session="subscriber",
            on_message=self._record,
        )

    @property
    def repeated(self) -> int:
        """How many events came once more, the same: duplicates that their event_id shows."""
        return self.received - len(self.events) - len(self.contradictions)

    def publish(self, topic: str, payload: bytes | str) -> None:
        """Publish, and wait until the broker has it."""
        self._listener.publish(topic, payload, timeout=PATIENCE)

    def send(self, topic: str, payload: bytes | str) -> None:
        """Publish without waiting; the order is kept."""
        self._listener.send(topic, payload, timeout=PATIENCE)

    def wait_for_events(self, number: int) -> None:
        """Wait until a number of different events have come."""
        wait_for(lambda: len(self.events) >= number, f"{number} events have come", RECOVERY)

    def wait_for(self, topic: str, payload: bytes) -> None:
        """Wait until the newest message on a topic is this one."""
        wait_for(lambda: self.latest.get(topic) == payload, f"{topic} {payload!r}", RECOVERY)

    def forget_retained(self) -> None:
        """Forget what is retained, to wait for it again."""
        with self._lock:
            self.latest.clear()

    def missing(self, promised: Collection[str]) -> set[str]:
        """Return which of these events have not come."""
        with self._lock:
            return set(promised) - set(self.events)

    def _record(self, message: ReceivedMessage) -> None:
        if message.topic != _EVENT_TOPIC:
            with self._lock:
                self.latest[message.topic] = message.payload
            return
        event = json.loads(message.payload)
        for stamp in _OF_THE_SENDING:
            event.pop(stamp, None)
        with self._lock:
            self.received += 1
            known = self.events.setdefault(event["event_id"], event)
            if known != event:
                self.contradictions.append(event["event_id"])

    def __enter__(self) -> Self:
        self._listener.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


def differences(state: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a retained state differs from the observation that it should come from."""
    primary = event["faces"][0] if event["faces"] else None
    expected = {
        "last_result": event["reason"] or "face",
        "last_capture": event["captured_at"],
        "face_count": event["face_count"],
        "hair_color": primary and primary["hair_color"],
        "facial_hair": primary and primary["facial_hair"],
    }
    if primary is not None:
        for name, attribute in primary["attributes"].items():
            expected[name.lower().removeprefix("_")] = "ON" if attribute["present"] else "OFF"
    return {
        key: (state[key], value)
        for key, value in expected.items()
        if key in state and state[key] != value
    }
