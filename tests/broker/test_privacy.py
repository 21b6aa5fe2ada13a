"""What the owner forbids does not happen: seen at the kernel, on the disk and at the broker."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
import yaml

from device.cli.demo.portrait import write_portrait
from tests.broker.hardware import SILENCE
from tests.broker.mosquitto import PATIENCE, Mosquitto, password_file, wait_for
from tests.broker.observer import observe

pytestmark = pytest.mark.broker

_SET = "facet/facet/set"
_EVENT = "facet/facet/event"
# The first bytes of JPEG, PNG and WebP: as many as no checksum of a database has by chance.
_JPEG_MARKERS = (0xDB, 0xE0, 0xE1, 0xEE)
_BEGINNINGS = (
    *(b"\xff\xd8\xff%c" % marker for marker in _JPEG_MARKERS),
    b"\x89PNG\r\n",
    b"RIFF",
)


@contextmanager
def node(
    folder: Path,
    broker: Mosquitto,
    camera: Path,
    command: Sequence[str] = ("-m", "device"),
    **home: str,
) -> Iterator[int]:
    """Run a node whose camera is a file, unless the command has another; give its process id."""
    document: Mapping[str, Mapping[str, object]] = {
        "node": {"state_directory": str(folder / "state")},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
        "camera": {"source": str(camera)},
    }
    configuration = folder / "facet.yaml"
    configuration.write_text(yaml.safe_dump(document))
    with subprocess.Popen(
        [sys.executable, *command, "run", "-c", configuration], env={**os.environ, **home}
    ) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE)


def holds(pid: int, file: Path) -> bool:
    """Whether a process has a file open."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    return any(link.exists() and link.resolve() == file.resolve() for link in links)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A video of a portrait: like a device it is held open between two bursts."""
    path = tmp_path / "portrait.avi"
    frame = np.ascontiguousarray(skimage.data.astronaut()[:480, :, ::-1])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (512, 480))
    for _ in range(40):
        writer.write(frame)
    writer.release()
    return path


def test_the_privacy_switch_lets_go_of_the_camera(
    tmp_path: Path, broker: Mosquitto, video: Path
) -> None:
    """The kernel confirms it; presses are answered with privacy; switched off, the camera is back."""
    with observe(broker.port) as home, node(tmp_path, broker, video) as pid:
        home.expect("facet/facet/camera/status", b"online")
        home.publish(f"{_SET}/capture", "PRESS")
        home.expect(_EVENT)
        assert holds(pid, video)
        home.publish(f"{_SET}/privacy", "ON")
        home.expect("facet/facet/camera/status", b"offline")
        assert json.loads(home.expect("facet/facet/settings").payload)["privacy"] == "ON"
        wait_for(lambda: not holds(pid, video), "the video is closed")
        home.publish(f"{_SET}/capture", "PRESS")
        assert json.loads(home.expect(_EVENT).payload)["reason"] == "privacy"
        assert not holds(pid, video)
        home.publish(f"{_SET}/privacy", "OFF")
        home.expect("facet/facet/camera/status", b"online")
        home.publish(f"{_SET}/capture", "PRESS")
        assert json.loads(home.expect(_EVENT).payload)["faces"]


def test_privacy_survives_a_restart(tmp_path: Path, broker: Mosquitto, video: Path) -> None:
    """The node reads its settings before it opens the camera."""
    with observe(broker.port) as home:
        with node(tmp_path, broker, video):
            home.expect("facet/facet/camera/status", b"online")
            home.publish(f"{_SET}/privacy", "ON")
            home.expect("facet/facet/camera/status", b"offline")
        before = len(home.drain())
        with node(tmp_path, broker, video) as pid:
            home.expect("facet/facet/status", b"online")
            since = home.messages[before:]
            assert {m.payload for m in since if m.topic.endswith("camera/status")} == {b"offline"}
            home.publish(f"{_SET}/capture", "PRESS")
            assert json.loads(home.expect(_EVENT).payload)["reason"] == "privacy"
            assert not holds(pid, video)


def test_privacy_does_not_wait_for_a_camera_that_is_stuck(
    tmp_path: Path, broker: Mosquitto
) -> None:
    """The press is answered with privacy, and all of Home Assistant follows, while a read still blocks for seconds."""
    stuck = ("-m", "tests.broker.hardware", "is-stuck")
    with observe(broker.port) as home, node(tmp_path, broker, tmp_path / "unused.png", stuck):
        home.expect("facet/facet/camera/status", b"online")
        home.publish(f"{_SET}/capture", "PRESS")
        time.sleep(0.3)
        commanded = time.monotonic()
        home.publish(f"{_SET}/privacy", "ON")
        home.expect("facet/facet/camera/status", b"offline")
        assert json.loads(home.expect(_EVENT).payload)["reason"] == "privacy"
        assert json.loads(home.expect("facet/facet/settings").payload)["privacy"] == "ON"
        took = time.monotonic() - commanded
        print(f"privacy reached Home Assistant within {took * 1000:.0f} ms")
        assert took < SILENCE - 2, "the camera was waited for"
        before = len(home.messages)
        time.sleep(SILENCE)
        assert _EVENT not in {message.topic for message in home.drain()[before:]}


def test_damaged_settings_keep_the_camera_closed(
    tmp_path: Path, broker: Mosquitto, video: Path
) -> None:
    """Privacy was on before the disk failed, and nobody can know that; the owner sees why."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "settings.json").write_text('{"configured": {"privacy": fal')
    with observe(broker.port) as home:
        for _ in range(2):
            with node(tmp_path, broker, video) as pid:
                home.expect("facet/facet/status", b"online")
                home.publish(f"{_SET}/capture", "PRESS")
                assert json.loads(home.expect(_EVENT).payload)["reason"] == "privacy"
                assert not holds(pid, video)
        shown = [
            json.loads(message.payload)["node_fault"]
            for message in home.messages
            if message.topic == "facet/facet/diagnostics"
        ]
    assert "settings.json is damaged: privacy is on until it is switched off" in shown


@pytest.mark.parametrize(
    ("password", "sign"), [("hush-broker", "Connected to"), ("hush-wrong", "refuses")]
)
def test_no_password_reaches_the_log(
    tmp_path: Path, start_broker: Callable[..., Mosquitto], password: str, sign: str
) -> None:
    """Neither the broker's nor one of an address, at the most verbose level, in success and in failure."""
    broker = start_broker(password_file(tmp_path, hall="hush-broker"))
    document = {
        "node": {"state_directory": str(tmp_path / "state")},
        "mqtt": {
            "host": "127.0.0.1",
            "port": broker.port,
            "username": "hall",
            "password": password,
        },
        "camera": {
            "source": "http://viewer:hush-camera@127.0.0.1:1/hush-path?mail=a@b.c&pwd=hush-query"
        },
        "updates": {
            "index": "https://me:hush-index@127.0.0.1:1/hush-path/index.json?token=hush-token"
        },
    }
    configuration, log = tmp_path / "facet.yaml", tmp_path / "log"
    configuration.write_text(yaml.safe_dump(document))
    command = [
        sys.executable,
        "-m",
        "device",
        "run",
        "-c",
        str(configuration),
        "--log-level",
        "debug",
    ]
    with log.open("wb") as file, subprocess.Popen(command, stderr=file) as process:
        wait_for(lambda: sign in log.read_text(), f"the link says {sign!r}")
        wait_for(lambda: "is not available" in log.read_text(), "the camera is missed")
        wait_for(lambda: "check updates.index" in log.read_text(), "the index is missed")
        process.terminate()
    assert "hush" not in log.read_text()


def test_no_secret_of_an_address_reaches_the_broker(tmp_path: Path, broker: Mosquitto) -> None:
    """No document says it, although the camera and the last start have failed with it; nor does the disk keep it."""
    source = "rtsp://viewer:hush camera@127.0.0.1:1/hush-path?mail=a@b.c&pwd=hush"
    document = {
        "node": {"state_directory": str(tmp_path / "state")},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
        "camera": {"source": source},
        "updates": {"index": "https://me:hush@127.0.0.1:1/hush-path/index.json?token=hush hush"},
    }
    configuration, log = tmp_path / "facet.yaml", tmp_path / "log"
    configuration.write_text(yaml.safe_dump(document))
    (tmp_path / "state").mkdir()
    failure = f"2026-01-01T00:00:00+00:00: cannot open {source!r}"
    (tmp_path / "state" / "starts.json").write_text(
        json.dumps({"unsettled": 0, "last_failure": failure})
    )
    command = [sys.executable, "-m", "device", "run", "-c", str(configuration)]
    with (
        observe(broker.port) as home,
        log.open("wb") as file,
        subprocess.Popen(command, stderr=file) as process,
    ):
        home.expect("facet/facet/status", b"online")
        home.publish(f"{_SET}/capture", "PRESS")
        home.expect(_EVENT)
        wait_for(lambda: "check updates.index" in log.read_text(), "the index is missed")
        wait_for(
            lambda: any(b"camera.source: rtsp://" in message.payload for message in home.drain()),
            "the fault of the camera is published",
        )
        process.terminate()
        process.wait(PATIENCE)
        published = [message.payload for message in home.drain()]
    kept = [path.read_bytes() for path in (tmp_path / "state").iterdir()]
    for content in (*published, *kept, log.read_bytes()):
        assert b"hush" not in content


def test_no_picture_reaches_disk_or_broker(tmp_path: Path, broker: Mosquitto) -> None:
    """By default: nothing that the node writes or publishes holds a picture or a piece of one."""
    pictures, home_folder = tmp_path / "pictures", tmp_path / "home"
    pictures.mkdir()
    home_folder.mkdir()
    portrait = write_portrait(pictures)
    places = {"HOME": str(home_folder), "TMPDIR": str(home_folder)}
    with observe(broker.port) as home:
        with node(tmp_path, broker, portrait, **places):
            home.expect("facet/facet/camera/status", b"online")
            for _ in range(3):
                home.publish(f"{_SET}/capture", "PRESS")
                assert json.loads(home.expect(_EVENT).payload)["faces"]
        published = [message.payload for message in home.drain()]
    broker.stop()
    written = [
        path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and pictures not in path.parents
    ]
    assert len(published) > 10
    assert any(b"event_id" in content for content in published)
    assert not list(home_folder.iterdir())
    for content in (*published, *written):
        for piece in _pieces(portrait):
            assert piece not in content


def test_the_search_would_find_a_picture(tmp_path: Path) -> None:
    """The test above can fail: each of its pieces is in what it stands for."""
    portrait = write_portrait(tmp_path)
    pixels = cv2.imread(str(portrait))
    assert pixels is not None
    whole = [
        cv2.imencode(".jpg", pixels)[1].tobytes(),
        portrait.read_bytes(),
        cv2.imencode(".webp", pixels)[1].tobytes(),
        pixels.tobytes(),
        base64.b64encode(portrait.read_bytes()),
    ]
    for content in whole:
        assert any(piece in content for piece in _pieces(portrait))


def _pieces(picture: Path) -> list[bytes]:
    """Return what reveals a picture: the first bytes of files, a run of pixels of the face, and the file in base64."""
    pixels = cv2.imread(str(picture))
    assert pixels is not None
    return [
        *_BEGINNINGS,
        pixels[150, 280:300].tobytes(),
        base64.b64encode(picture.read_bytes()[:48]),
    ]
