"""A sink for MQTT with all that it writes to, over a transport that takes notes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from device.config import Config
from device.discovery.announced import Announced
from device.discovery.people_devices import PeopleDevices
from device.discovery.presence import Presence
from device.discovery.publisher import Publisher
from device.entities.documents import EVENT, EVENTS
from device.entities.table import CELEBA, OBJECTIVE, entities
from device.mqtt.events import Connected, Delivered, Disconnected
from device.mqtt.outbox import Outbox
from device.mqtt.paced_sender import PacedSender
from device.mqtt.sender import OutboxSender
from device.mqtt.topics import Topics
from device.node.expiring_state import ExpiringState
from device.node.fan_out import FanOut
from device.node.mqtt_sink import MqttSink
from device.node.observer import unseen
from device.observation import Observation, Reason, Source, Trigger
from device.system.clock import Clocks
from device.system.json_store import JsonStore
from device.system.machine import Machine
from tests.clock import Clock
from tests.node.fakes import face, trigger
from tests.transport import RecordingTransport

CONFIG = Config.model_validate(
    {
        "mqtt": {"host": "broker"},
        "node": {"id": "hall"},
        "privacy": {"picture": "crop"},
        "people": {"enabled": True},
        "triggers": {"button": {"pin": 17}, "motion": {"pin": 4}},
    }
)
STATE_FILE = "state.json"
EXPIRY = 300.0
WAIT = 30.0


class Wired:
    """A sink over a transport that takes notes; each is one start of the node."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.transport = RecordingTransport()
        self.outbox = Outbox.open(folder / "outbox.sqlite")
        self.clock = clock or Clock()
        topics = Topics.of(CONFIG)
        table = entities(CONFIG, CELEBA)
        announced = Announced(
            JsonStore(folder / "announced.json"), JsonStore(folder / "farewells.json")
        )
        publisher = Publisher(self.transport, CONFIG, table, announced, Machine)
        self.sender = OutboxSender(
            self.transport, topics.document(EVENT), self.outbox, self.clock.read
        )
        moments = {
            document: PacedSender(self.transport, topics.document(document), self.clock)
            for document in EVENTS
            if document is not EVENT
        }
        people = PeopleDevices(
            self.transport,
            topics,
            CONFIG.node,
            JsonStore(folder / "people-devices.json"),
            self.clock,
        )
        self.state = state = ExpiringState(
            table,
            JsonStore(folder / STATE_FILE),
            expiry=EXPIRY,
            clock=self.clock,
            read_clock=self.clock.read,
        )
        self.sink = MqttSink(
            publisher,
            self.sender,
            Presence(WAIT),
            moments,
            people,
            table=table,
            state=state,
            clocks=Clocks(self.clock, self.clock.read),
        )
        self.fan_out = FanOut(
            [self.sink],
            state=state,
            picture_expiry=60,
            hidden=["Bald"],
            redact=dict,
            offered=OBJECTIVE,
            clock=self.clock,
        )
        # Before the link is started there is no connection.
        self.transport.is_down = True
        self.fan_out.begin(self.sender.newest())
        self.transport.is_down = False

    def connect(self) -> None:
        """Connect for the first time, and forget what was announced."""
        self.connect_and_keep()
        self.transport.messages.clear()

    def connect_and_keep(self) -> None:
        """Connect for the first time."""
        self.sink.handle(Connected())

    def reconnect(self, *, is_heard: bool | None) -> None:
        """Lose the connection, and get another; the broker answers the discovery, and says who heard it."""
        self.sink.handle(Disconnected("gone"))
        self.transport.messages.clear()
        self.sink.handle(Connected())
        self.answer("homeassistant/device/hall/config", is_heard=is_heard)

    def answer(self, topic: str, *, is_heard: bool | None) -> None:
        """Let the broker confirm the newest message on a topic."""
        numbers = [n for n, at in enumerate(self.transport.topics, start=1) if at == topic]
        self.sink.handle(Delivered(numbers[-1], is_heard))

    def observe(self, reason: Reason = Reason.PRIVACY, picture: bytes | None = None) -> str:
        """Take an observation; return its id."""
        observation = unseen("hall", trigger(1.0), reason, {})
        self.fan_out.observed(observation, picture)
        return observation.event_id

    def see(self, *attributes: str) -> Observation:
        """Take an observation of two faces: one with some attributes, and one with none."""
        nobody = unseen("hall", trigger(1.0), Reason.PRIVACY, {})
        observation = replace(nobody, reason=None, faces=(face(*attributes), face()), face_count=2)
        self.fan_out.observed(observation, None)
        return observation

    def see_now(self) -> Observation:
        """Take an observation of two faces that were seen in this moment."""
        pressed = Trigger(Source.BUTTON, self.clock.now(), self.clock())
        nobody = unseen("hall", pressed, Reason.PRIVACY, {})
        observation = replace(nobody, reason=None, faces=(face(), face()), face_count=2)
        self.fan_out.observed(observation, None)
        return observation

    def confirm_everything(self) -> None:
        """Let the broker have each message, and let the node send what has waited for that, and for a pause."""
        number = 0
        while number < len(self.transport.messages):
            number += 1
            self.sink.handle(Delivered(number))
            if self.sink.due is not None:
                self.clock.seconds = max(self.clock.seconds, self.sink.due)
            self.sink.tick()

    def published(self, topic: str) -> list[Any]:
        """Return the documents of a topic, in their order."""
        return [json.loads(payload) for at, payload, _ in self.transport.messages if at == topic]
