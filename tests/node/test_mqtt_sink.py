"""What the node sees and how it is, on its way to Home Assistant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device.config import Config
from device.discovery.announced import Announced
from device.discovery.publisher import Publisher
from device.entities.documents import DIAGNOSTICS, EVENT, SETTINGS
from device.entities.table import CELEBA, entities
from device.mqtt.events import Birth, Connected, Delivered, Disconnected, Refused
from device.mqtt.outbox import Outbox
from device.mqtt.sender import OutboxSender
from device.mqtt.topics import Topics
from device.node.expiring_picture import ExpiringPicture
from device.node.mqtt_sink import MqttSink
from device.node.observer import unseen
from device.observation import Reason
from device.system.json_store import JsonStore
from device.system.machine import Machine
from tests.clock import Clock
from tests.node.fakes import trigger
from tests.transport import RecordingTransport

CONFIG = Config.model_validate(
    {"mqtt": {"host": "broker"}, "node": {"id": "hall"}, "privacy": {"picture": "crop"}}
)
STATE_FILE = "state.json"


class Wired:
    """A sink over a transport that takes notes; each is one start of the node."""

    def __init__(self, folder: Path) -> None:
        self.transport = RecordingTransport()
        self.outbox = Outbox.open(folder / "outbox.sqlite")
        self.clock = Clock()
        topics = Topics.of(CONFIG)
        now = self.clock.now
        table = entities(CONFIG, CELEBA)
        announced = Announced(
            JsonStore(folder / "announced.json"), JsonStore(folder / "farewells.json")
        )
        publisher = Publisher(self.transport, CONFIG, table, announced, Machine())
        self.sender = OutboxSender(self.transport, topics.document(EVENT), self.outbox, now)
        self.sink = MqttSink(
            publisher,
            self.sender,
            table=table,
            store=JsonStore(folder / STATE_FILE),
            picture=ExpiringPicture(publisher.picture, 60, self.clock),
            now=now,
        )
        self.sink.restore()

    def observe(self, reason: Reason = Reason.PRIVACY, picture: bytes | None = None) -> str:
        """Take an observation; return its id."""
        observation = unseen("hall", trigger(1.0), reason, {})
        self.sink.observed(observation, picture)
        return observation.event_id

    def published(self, topic: str) -> list[Any]:
        """Return the documents of a topic, in their order."""
        return [json.loads(payload) for at, payload, _ in self.transport.messages if at == topic]


@pytest.fixture
def wired(tmp_path: Path) -> Wired:
    """A node that has just connected."""
    wired = Wired(tmp_path)
    wired.sink.handle(Connected())
    wired.transport.messages.clear()
    return wired


def test_an_observation_is_event_state_and_picture_in_this_order(wired: Wired) -> None:
    """The event is on disk until the broker has it."""
    event_id = wired.observe(picture=b"jpeg")
    assert wired.transport.topics == ["facet/hall/event", "facet/hall/state", "facet/hall/picture"]
    assert wired.published("facet/hall/event")[0]["event_id"] == event_id
    assert wired.published("facet/hall/state")[0]["last_result"] == "privacy"
    assert len(wired.outbox) == 1


def test_without_a_connection_the_event_waits_and_the_state_is_announced_later(
    tmp_path: Path,
) -> None:
    """First who the node is and how, then what it has seen meanwhile."""
    wired = Wired(tmp_path)
    wired.transport.is_down = True
    wired.observe()
    wired.transport.is_down = False
    wired.sink.handle(Connected())
    assert wired.transport.topics[-2:] == ["facet/hall/picture", "facet/hall/event"]
    assert wired.published("facet/hall/state")[0]["last_result"] == "privacy"


def test_an_announcement_has_everything_that_was_said_last(tmp_path: Path) -> None:
    """For a broker that forgot it, and for a Home Assistant that has just started."""
    wired = Wired(tmp_path)
    wired.sink.changed(SETTINGS, {"privacy": "OFF"})
    wired.sink.changed(DIAGNOSTICS, {"queue_length": 7})
    wired.sink.camera(is_online=True)
    for event in (Connected(), Birth()):
        wired.transport.messages.clear()
        wired.sink.handle(event)
        assert wired.transport.topics == [
            "homeassistant/device/hall/config",
            "facet/hall/camera/status",
            "facet/hall/state",
            "facet/hall/settings",
            "facet/hall/diagnostics",
            "facet/hall/status",
            "facet/hall/picture",
        ]
        assert wired.transport.messages[1][1] == "online"
        assert wired.published("facet/hall/diagnostics") == [{"queue_length": 7}]


def test_a_confirmation_takes_the_event_off_the_disk(wired: Wired) -> None:
    """A refusal does not; the next connection sends it again."""
    refused = wired.observe()
    wired.sink.handle(Refused(1, "not authorized"))
    assert len(wired.outbox) == 1
    wired.sink.handle(Disconnected("gone"))
    wired.transport.messages.clear()
    wired.sink.handle(Connected())
    assert [event["event_id"] for event in wired.published("facet/hall/event")] == [refused]
    wired.sink.handle(Delivered(len(wired.transport.messages)))
    wired.sender.flush()
    assert wired.outbox.pending_ids() == []


def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    """Home Assistant shows it again although nobody has pressed since."""
    first = Wired(tmp_path)
    first.observe()
    first.outbox.close()
    second = Wired(tmp_path)
    second.sink.handle(Connected())
    assert second.published("facet/hall/state")[0]["last_result"] == "privacy"


def test_the_state_that_was_committed_with_the_event_wins_over_an_older_file(
    tmp_path: Path,
) -> None:
    """A kill may come between the two."""
    first = Wired(tmp_path)
    first.observe(Reason.PRIVACY)
    before = (tmp_path / STATE_FILE).read_text()
    first.observe(Reason.CAMERA_UNAVAILABLE)
    (tmp_path / STATE_FILE).write_text(before)
    first.outbox.close()
    second = Wired(tmp_path)
    second.sink.handle(Connected())
    assert second.published("facet/hall/state")[0]["last_result"] == "camera_unavailable"
    assert json.loads((tmp_path / STATE_FILE).read_text())["last_result"] == "camera_unavailable"
