"""Network cameras, through OpenCV itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from device.camera import Camera, open_camera
from device.camera.capture import NETWORK_TIMEOUT_MS, Capture, open_capture
from device.config import CameraSettings
from device.errors import CameraError, CameraReleasedError
from tests.camera.conftest import InterruptedCapture, levels
from tests.camera.server import CameraServer, camera_server, url_on


@pytest.fixture
def server() -> Iterator[CameraServer]:
    """A network camera on this machine."""
    with camera_server() as server:
        yield server


def camera_on(server: CameraServer, path: str) -> Camera:
    """Return the product's camera on a URL of the server, with a user and a password."""
    return open_camera(CameraSettings(source=url_on(server, path)))


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


def test_nothing_is_connected_between_bursts(server: CameraServer) -> None:
    """A stream is left after the burst, so that no old frames gather."""
    camera = camera_on(server, "/live")
    camera.burst(1, 0.0)
    assert not camera.is_open


def test_a_wrong_path_is_a_clear_error_without_the_password(
    server: CameraServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the error nor what FFmpeg writes to standard error shows the password."""
    with pytest.raises(CameraError, match=r"http://127\.0\.0\.1:\d+/absent gives no picture"):
        camera_on(server, "/absent?token=secret").burst(1, 0.0)
    assert "secret" not in "".join(capfd.readouterr())


def test_a_camera_that_is_switched_off_is_a_clear_error() -> None:
    """A refused connection is an error at once."""
    with silent_server() as port:
        pass
    camera = open_camera(CameraSettings(source=f"rtsp://127.0.0.1:{port}/live"))
    with pytest.raises(CameraError, match="switched on and reachable"):
        camera.burst(1, 0.0)


def test_a_camera_that_never_answers_is_given_up() -> None:
    """The press gets its answer within the time limit (here a tenth of it), not FFmpeg's half minute."""

    def open_impatiently(target: str, backend: int, limits: Sequence[int]) -> Capture:
        tenth = [limit // 10 if limit == NETWORK_TIMEOUT_MS else limit for limit in limits]
        return open_capture(target, backend, tenth)

    began = time.monotonic()
    with silent_server() as port:
        settings = CameraSettings(source=f"http://127.0.0.1:{port}/live")
        camera = open_camera(settings, open_capture=open_impatiently)
        with pytest.raises(CameraError, match="gives no picture in 5 s"):
            camera.burst(1, 0.0)
    assert time.monotonic() - began < 3.0


def test_a_stream_is_left_when_privacy_is_asked_for(server: CameraServer) -> None:
    """In the middle of a burst: no frame is given, and the connection is closed."""
    captures: list[InterruptedCapture] = []

    def interrupt(target: str, backend: int, limits: Sequence[int]) -> Capture:
        capture = open_capture(target, backend, limits)
        captures.append(InterruptedCapture(capture, camera.request_release))
        return captures[-1]

    host, port = server.server_address[:2]
    settings = CameraSettings(source=f"http://me:secret@{host!s}:{port}/live")
    camera = open_camera(settings, open_capture=interrupt)
    with pytest.raises(CameraReleasedError):
        camera.burst(3, 0.0)
    assert [(capture.grabs, capture.isOpened()) for capture in captures] == [(1, False)]
