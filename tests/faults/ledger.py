"""A subscriber that writes down all that reaches it, and says what of the promise was not kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device.entities.documents import EVENT
from tests.broker.mosquitto import PATIENCE, wait_for
from tests.faults.process import TOPICS
from tests.faults.scale import RECOVERY

# The sender's stamp, which tells when this copy was sent; all else is the observation's.
_OF_THE_SENDING = "delivered_at"
_EVENT_TOPIC = TOPICS.document(EVENT)


class Ledger:
    """Listens at the broker itself, with a session that outlives an outage. Leaving the context ends it.

    Attributes:
        events: the observations by their event_id, in the order of their first arrival.
        received: how many events came, resends included.
        unknown: ids that came again with another content: duplicates that nobody could tell.
        latest: the newest payload by topic, of those that are retained.
    """

    def __init__(self, port: int) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.received = 0
        self.unknown: list[str] = []
        self.latest: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._subscribed = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            "ledger",
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{TOPICS.base}/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._write_down
        self._port = port

    @property
    def repeated(self) -> int:
        """How many events came once more, the same: duplicates that event_id tells."""
        return self.received - len(self.events) - len(self.unknown)

    def say(self, topic: str, payload: bytes | str) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, qos=1).wait_for_publish(PATIENCE)

    def shout(self, topic: str, payload: bytes | str) -> None:
        """Publish, and go on; what is said later arrives later."""
        self._client.publish(topic, payload, qos=1)

    def wait_for_events(self, number: int) -> None:
        """Wait until so many different events have come."""
        wait_for(lambda: len(self.events) >= number, f"{number} events have come", RECOVERY)

    def wait_for(self, topic: str, payload: bytes) -> None:
        """Wait until the newest message on a topic is this one."""
        wait_for(lambda: self.latest.get(topic) == payload, f"{topic} {payload!r}", RECOVERY)

    def forget(self) -> None:
        """Forget what is retained, to wait for it anew."""
        with self._lock:
            self.latest.clear()

    def missing(self, promised: Collection[str]) -> set[str]:
        """Return which of these events have not come."""
        with self._lock:
            return set(promised) - set(self.events)

    def _write_down(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic != _EVENT_TOPIC:
            with self._lock:
                self.latest[message.topic] = bytes(message.payload)
            return
        event = json.loads(message.payload)
        event.pop(_OF_THE_SENDING, None)
        with self._lock:
            self.received += 1
            known = self.events.setdefault(event["event_id"], event)
            if known != event:
                self.unknown.append(event["event_id"])

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE), "the ledger could not subscribe"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def differences(state: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a retained state says otherwise than the observation it should come from."""
    primary = event["faces"][0] if event["faces"] else None
    said = {
        "last_result": event["reason"] or "face",
        "last_capture": event["captured_at"],
        "face_count": event["face_count"],
        "hair_color": primary and primary["hair_color"],
        "facial_hair": primary and primary["facial_hair"],
    }
    if primary is not None:
        for name, attribute in primary["attributes"].items():
            said[name.lower().removeprefix("_")] = "ON" if attribute["present"] else "OFF"
    return {
        key: (state[key], value)
        for key, value in said.items()
        if key in state and state[key] != value
    }
