"""Network cameras, through OpenCV itself."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
import trustme

from device.camera import Camera, open_camera
from device.camera.capture import NETWORK_TIMEOUT_MS, Capture, open_capture
from device.config import CameraSettings
from device.errors import CameraError, CameraReleasedError
from device.observation import utc_now
from device.system.secret_address import SecretAddress
from tests.camera.conftest import InterruptedCapture, levels
from tests.camera.server import CameraServer, camera_server, url_on
from tests.hostile.camera import answering, ok


@pytest.fixture
def server() -> Iterator[CameraServer]:
    """A network camera on this machine."""
    with camera_server() as server:
        yield server


def camera_on(server: CameraServer, path: str) -> Camera:
    """Return the product's camera on a URL of the server, with a user and a password."""
    return open_camera(CameraSettings(source=SecretAddress(url_on(server, path))))


@pytest.fixture
def video(tmp_path: Path) -> bytes:
    """A file of two frames, of brightness 50 and 80."""
    path = tmp_path / "door.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for level in (50, 80):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path.read_bytes()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_stream_gives_as_many_frames_as_are_asked_for(server: CameraServer) -> None:
    """MJPEG over HTTP with user and password."""
    assert levels(camera_on(server, "/live").burst(3, 0.0)) == [100, 100, 100]


def test_a_snapshot_url_gives_its_one_picture_again_at_each_burst(server: CameraServer) -> None:
    """The burst is that one picture, and the next burst asks for another one."""
    camera = camera_on(server, "/snapshot?token=secret")
    assert levels(camera.burst(5, 0.0)) == [150]
    asked = server.connections
    assert levels(camera.burst(5, 0.0)) == [150]
    assert server.connections > asked


def test_a_camera_that_signed_its_own_certificate_is_accepted(server: CameraServer) -> None:
    """Nearly all do; whoever wants to verify them needs a proxy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("camera.invalid").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = url_on(server, "/snapshot").replace("http://", "https://")
    assert levels(open_camera(CameraSettings(source=SecretAddress(url))).burst(1, 0.0)) == [150]


def test_nothing_is_connected_between_bursts(server: CameraServer) -> None:
    """A stream is left after the burst, so that no old frames gather."""
    camera = camera_on(server, "/live")
    camera.burst(1, 0.0)
    assert not camera.is_open


def test_a_wrong_path_is_a_clear_error_without_the_password(
    server: CameraServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the error nor what FFmpeg writes to standard error shows the password."""
    with pytest.raises(CameraError, match=r"http://127\.0\.0\.1:\d+/\*\*\* answers 404"):
        camera_on(server, "/absent?token=secret").burst(1, 0.0)
    assert "secret" not in "".join(capfd.readouterr())


def test_a_camera_that_is_switched_off_is_a_clear_error() -> None:
    """A refused connection is an error at once."""
    with silent_server() as port:
        pass
    camera = open_camera(CameraSettings(source=SecretAddress(f"rtsp://127.0.0.1:{port}/live")))
    with pytest.raises(CameraError, match="switched on and reachable"):
        camera.burst(1, 0.0)


def test_a_camera_that_never_answers_is_given_up() -> None:
    """The press gets its answer within the time limit (here a tenth of it), not FFmpeg's half minute."""

    def open_impatiently(target: str, backend: int, limits: Sequence[int]) -> Capture:
        tenth = [limit // 10 if limit == NETWORK_TIMEOUT_MS else limit for limit in limits]
        return open_capture(target, backend, tenth)

    began = time.monotonic()
    with silent_server() as port:
        settings = CameraSettings(source=SecretAddress(f"rtsp://127.0.0.1:{port}/live"))
        camera = open_camera(settings, open_capture=open_impatiently)
        with pytest.raises(CameraError, match="gives no picture in 5 s"):
            camera.burst(1, 0.0)
    assert time.monotonic() - began < 20.0


def test_a_stream_is_left_when_privacy_is_asked_for(server: CameraServer) -> None:
    """In the middle of a burst: no frame is given, and the next one is not awaited."""
    taken: list[datetime] = []

    def take() -> datetime:
        taken.append(utc_now())
        if len(taken) == 2:
            camera.request_release()
        return taken[-1]

    camera = open_camera(CameraSettings(source=SecretAddress(url_on(server, "/live"))), now=take)
    with pytest.raises(CameraReleasedError):
        camera.burst(1000, 0.0)
    assert len(taken) < 20


def test_a_video_by_http_is_left_when_privacy_is_asked_for(video: bytes) -> None:
    """What FFmpeg reads as well: the connection is closed after the first grab."""
    captures: list[InterruptedCapture] = []

    def interrupt(target: str, backend: int, limits: Sequence[int]) -> Capture:
        capture = open_capture(target, backend, limits)
        captures.append(InterruptedCapture(capture, camera.request_release))
        return captures[-1]

    with answering(ok(video, "video/x-msvideo")) as asked:
        camera = open_camera(
            CameraSettings(source=SecretAddress(asked.url)), open_capture=interrupt
        )
        with pytest.raises(CameraReleasedError):
            camera.burst(3, 0.0)
    assert [(capture.grabs, capture.isOpened()) for capture in captures] == [(1, False)]


def test_a_video_by_http_is_read(video: bytes) -> None:
    """By FFmpeg, as ever; the second burst does not first ask whether it is a picture."""
    with answering(ok(video, "video/x-msvideo")) as asked:
        camera = open_camera(CameraSettings(source=SecretAddress(asked.url)))
        assert levels(camera.burst(2, 0.0)) == [50, 80]
        assert asked.requests[0].count(b"User-Agent: Facet") == 1
        before = len(asked.requests)
        assert levels(camera.burst(2, 0.0)) == [50, 80]
        assert all(b"User-Agent: Facet" not in request for request in asked.requests[before:])
