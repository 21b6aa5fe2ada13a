"""The node's MQTT side without camera and perception; a test handles its inbox itself.

Run as a program (python -m tests.broker.node PORT STATE_DIRECTORY) it stays until it is killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Self, TypeVar

import pytest

from device.config import Config
from device.discovery.announced import Announced
from device.discovery.people_devices import PeopleDevices
from device.discovery.presence import Presence
from device.discovery.publisher import Publisher
from device.entities.documents import DIAGNOSTICS, EVENT, EVENTS, SETTINGS, STATE
from device.entities.kinds import OFF
from device.entities.table import CELEBA, entities
from device.mqtt.events import Command, Delivered, LinkEvent, NewestVersion, Refused
from device.mqtt.interests import Also
from device.mqtt.link import Link
from device.mqtt.outbox import Event as Sent
from device.mqtt.outbox import Outbox
from device.mqtt.paced_sender import PacedSender
from device.mqtt.sender import OutboxSender
from device.mqtt.topics import Topics
from device.node.expiring_state import ExpiringState
from device.node.mqtt_sink import MqttSink
from device.observation import utc_now
from device.supervision.heartbeat import Heartbeat
from device.system.clock import Clocks, SystemClock
from device.system.json_store import JsonStore
from device.system.machine import Machine
from tests.broker.mosquitto import PATIENCE

Event = TypeVar("Event", bound=LinkEvent)


class Node:
    """Link and MQTT sink, wired as in the node."""

    def __init__(
        self,
        folder: Path,
        mqtt: Mapping[str, object],
        *,
        reads_own_discovery: bool = False,
        **sections: Mapping[str, object],
    ) -> None:
        mqtt = {"host": "127.0.0.1", **mqtt}
        config = Config.model_validate({"mqtt": mqtt, **sections})
        self.topics = Topics.of(config)
        self.table = entities(config, CELEBA)
        self.inbox: SimpleQueue[LinkEvent] = SimpleQueue()
        seeded = Random(0)  # noqa: S311 - a test that fails should fail again
        self.link = Link(
            config.mqtt,
            config.node.id,
            self.inbox.put,
            Heartbeat("link"),
            seeded,
            also_reads=(Also.OWN_DISCOVERY if reads_own_discovery else Also.NOTHING)
            | (Also.FORGOTTEN_PEOPLE if config.people.enabled else Also.NOTHING),
        )
        announced = Announced(
            JsonStore(folder / "announced.json"), JsonStore(folder / "farewells.json")
        )
        self.publisher = Publisher(self.link, config, self.table, announced, Machine)
        self.outbox = Outbox.open(folder / "outbox.db")
        read_clock = SystemClock()
        self.sender = OutboxSender(self.link, self.topics.document(EVENT), self.outbox, read_clock)
        self.sink = MqttSink(
            self.publisher,
            self.sender,
            Presence(config.mqtt.wait_for_home_assistant),
            {
                document: PacedSender(self.link, self.topics.document(document), time.monotonic)
                for document in EVENTS
                if document is not EVENT
            },
            PeopleDevices(
                self.link,
                self.topics,
                config.node,
                JsonStore(folder / "people-devices.json"),
                time.monotonic,
            ),
            table=self.table,
            state=ExpiringState(
                self.table,
                JsonStore(folder / "state.json"),
                expiry=60,
                clock=time.monotonic,
                read_clock=read_clock,
            ),
            clocks=Clocks(time.monotonic, read_clock),
        )
        self.sink.camera(is_online=True)
        self.sink.changed(SETTINGS, {"privacy": OFF, "threshold_offset": 0.0})
        self.sink.changed(DIAGNOSTICS, {"camera_problem": OFF})

    def send(self, event_id: str) -> None:
        """Send an event that holds no more than its id."""
        event = Sent(event_id, utc_now(), f'{{"event_id":"{event_id}"}}')
        self.sender.keep(event)
        self.sender.publish(event)

    def expect(self, kind: type[Event], patience: float = PATIENCE) -> Event:
        """Handle the link's events until one of this kind comes, and return that."""
        end = time.monotonic() + patience
        seen: list[LinkEvent] = []
        while True:
            try:
                event = self.inbox.get(timeout=max(end - time.monotonic(), 0.001))
            except Empty:
                pytest.fail(f"no {kind.__name__} within {patience} s, but {seen}")
            seen.append(event)
            self.handle(event)
            if isinstance(event, kind):
                return event

    def expect_all_answered(self) -> None:
        """Wait until the broker has confirmed or refused everything that was published so far."""
        last = self.link.publish(self.topics.document(STATE), "{}")
        while True:
            match self.expect_any():
                case Delivered(number) | Refused(number) if number == last:
                    return

    def expect_any(self) -> LinkEvent:
        """Handle the link's next event, and return it."""
        event = self.inbox.get(timeout=PATIENCE)
        self.handle(event)
        return event

    def handle(self, event: LinkEvent) -> None:
        """Do what the node does; a command is left to the test."""
        if not isinstance(event, Command | NewestVersion):
            self.sink.handle(event)
        if self.inbox.empty():
            self.sender.flush()

    def __enter__(self) -> Self:
        self.link.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.link.stop()
        self.outbox.close()


if __name__ == "__main__":
    with Node(Path(sys.argv[2]), {"port": int(sys.argv[1])}) as node:
        while True:
            node.handle(node.inbox.get())
