"""From the previous release to this one: what was waiting, set and switched is as it was, and nothing is lost.

Both are seen from outside alone: by their command line, by MQTT, and by their state directory.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import pytest
import skimage.data
import yaml

from tests.broker.mosquitto import PATIENCE, Mosquitto, wait_for
from tests.broker.observer import Observer, observe
from tests.broker.test_privacy import holds
from tests.faults.proxy import Direction, Proxy
from tests.previous import previous_release

pytestmark = pytest.mark.broker

_PROJECT = Path(__file__).resolve().parents[2]
_BASE = "facet/hall"
_WAITING = 3
_DISCOVERY = "homeassistant/device/hall/config"
# Other values than the defaults, by key: as a command, and as the settings document shows it.
_CHANGED = {"threshold_offset": ("0.15", 0.15), "picture_mode": ("blurred", "blurred")}


class _DeafBroker(Proxy):
    """A network on which, for a while, the node hears the broker and the broker does not hear the node."""

    is_deaf = False

    def _perhaps_corrupted(self, direction: Direction, chunk: bytes) -> bytes:
        return b"" if self.is_deaf and direction == "to broker" else chunk


@dataclass(slots=True)
class _Before:
    """The state that the previous release left.

    Attributes:
        components: of its discovery, by key.
        device: of its discovery.
        waiting: ids of the events that the broker does not have, the oldest first.
        delivered: ids of those that it has.
    """

    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    device: dict[str, Any] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)


@pytest.fixture
def network(broker: Mosquitto) -> Iterator[_DeafBroker]:
    """Between the node and the broker."""
    with _DeafBroker(broker.port) as proxy:
        yield proxy


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A video of a portrait: like a device, it is held open between two bursts."""
    path = tmp_path / "portrait.avi"
    picture = skimage.data.astronaut()[:384, :, ::-1]
    height, width = picture.shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (width, height))
    for _ in range(50):
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture
def configuration(tmp_path: Path, network: _DeafBroker, video: Path) -> Path:
    """The owner's file, which is not changed."""
    document = {
        "node": {"id": "hall", "name": "Hall", "state_directory": str(tmp_path / "state")},
        "mqtt": {"host": "127.0.0.1", "port": network.port},
        "camera": {"source": str(video)},
        "privacy": {"picture": "full"},
    }
    path = tmp_path / "facet.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


@contextmanager
def running(release: Path, configuration: Path) -> Iterator[int]:
    """Run a release's node, and end it as systemd does; give its process id."""
    log = configuration.with_name(f"{release.name}.log")
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "device", "run", "-c", configuration],
            env={**os.environ, "PYTHONPATH": str(release)},
            cwd=configuration.parent,
            stderr=output,
        ) as process,
    ):
        try:
            yield process.pid
        finally:
            process.terminate()
            code = process.wait(PATIENCE)
    assert code == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


def document(home: Observer, name: str, **expected: object) -> dict[str, Any]:
    """Wait until a document of the node has these values, and return it."""
    while True:
        found: dict[str, Any] = json.loads(home.expect(f"{_BASE}/{name}").payload)
        if expected.items() <= found.items():
            return found


def undelivered(state: Path) -> list[str]:
    """The ids of the events that the previous release keeps for the broker, from a copy because it locks them."""
    with TemporaryDirectory() as folder:
        for path in state.glob("outbox.sqlite*"):
            # The shared memory's file is made again; a torn copy of it would mislead.
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder)
        with closing(sqlite3.connect(Path(folder) / "outbox.sqlite")) as outbox:
            rows = outbox.execute("SELECT event_id FROM events ORDER BY position").fetchall()
    return [event_id for (event_id,) in rows]


@pytest.fixture
def before(
    tmp_path: Path, broker: Mosquitto, network: _DeafBroker, configuration: Path, video: Path
) -> _Before:
    """The previous release has run: it was set, pressed while the broker did not hear it, and switched to privacy."""
    left = _Before()
    state = tmp_path / "state"
    release = previous_release(tmp_path)
    with observe(broker.port) as home, running(release, configuration) as pid:
        discovery = json.loads(home.expect(_DISCOVERY).payload)
        left.components, left.device = discovery["components"], discovery["device"]
        home.expect(f"{_BASE}/camera/status", b"online")
        for key, (payload, shown) in _CHANGED.items():
            home.publish(f"{_BASE}/set/{key}", payload)
            document(home, "settings", **{key: shown})
        home.publish(f"{_BASE}/set/capture", "PRESS")
        left.delivered.append(document(home, "event")["event_id"])
        wait_for(lambda: not undelivered(state), "the first event is confirmed")
        assert holds(pid, video)
        network.is_deaf = True
        for count in range(1, _WAITING + 1):
            home.publish(f"{_BASE}/set/capture", "PRESS")
            wait_for(lambda: len(undelivered(state)) == count, f"event {count} waits")  # noqa: B023 - waits here
        home.publish(f"{_BASE}/set/privacy", "ON")
        wait_for(lambda: not holds(pid, video), "the camera is released")
    left.waiting = undelivered(state)
    network.is_deaf = False
    return left


def test_an_upgrade_from_the_previous_release_loses_nothing(
    broker: Mosquitto, configuration: Path, video: Path, before: _Before
) -> None:
    """Events reach the broker with their ids, settings hold, privacy stays on, and entities stay the same."""
    assert len(before.waiting) == _WAITING
    with observe(broker.port) as home, running(_PROJECT, configuration) as pid:
        home.expect(f"{_BASE}/status", b"online")
        assert not holds(pid, video)

        # A broker and a node may both repeat an event; its id says so. The first came before this observer.
        arrived: dict[str, dict[str, Any]] = {}
        while len(arrived) < _WAITING:
            event = document(home, "event")
            arrived[event["event_id"]] = event
        assert list(arrived) == before.waiting
        assert not set(arrived) & set(before.delivered)
        assert [event["face_count"] for event in arrived.values()] == [1] * _WAITING

        messages = home.drain()
        own = [message for message in messages if not message.is_retained]
        shown = {message.topic: message.payload for message in own}
        settings = json.loads(shown[f"{_BASE}/settings"])
        assert settings["privacy"] == "ON"
        assert {key: settings[key] for key in _CHANGED} == {
            key: value for key, (_, value) in _CHANGED.items()
        }
        assert shown[f"{_BASE}/camera/status"] == b"offline"
        assert json.loads(shown[f"{_BASE}/diagnostics"])["safe_mode"] == "OFF"
        state = json.loads(shown[f"{_BASE}/state"])
        # With privacy what was seen is over.
        assert (state["last_result"], state["face_count"]) == ("face", 0)

        discovery = json.loads(shown[_DISCOVERY])
        assert discovery["device"]["identifiers"] == before.device["identifiers"]
        for key, component in before.components.items():
            for name in ("platform", "unique_id", "default_entity_id"):
                assert discovery["components"][key].get(name) == component.get(name), (key, name)

        home.publish(f"{_BASE}/set/capture", "PRESS")
        assert document(home, "event")["reason"] == "privacy"
        assert not holds(pid, video)

        home.publish(f"{_BASE}/set/privacy", "OFF")
        home.expect(f"{_BASE}/camera/status", b"online")
        home.publish(f"{_BASE}/set/capture", "PRESS")
        assert document(home, "event")["face_count"] == 1
        assert holds(pid, video)
