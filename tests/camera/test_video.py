"""Video files, through OpenCV itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.camera import open_camera
from device.camera.capture import Capture, open_capture
from device.config import CameraSettings
from device.errors import CameraError, CameraReleasedError
from device.system.secret_address import SecretAddress
from tests.camera.conftest import InterruptedCapture, levels


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A video of five frames, of brightness 50, 80, 110, 140 and 170."""
    path = tmp_path / "door.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for level in range(50, 200, 30):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


def test_a_video_is_shown_from_burst_to_burst_and_from_the_start_again(video: Path) -> None:
    """Bursts are its next frames; the one at the end is shorter, the one after it starts again."""
    camera = open_camera(CameraSettings(source=SecretAddress(str(video))))
    assert [levels(camera.burst(2, 0.0)) for _ in range(4)] == [
        [50, 80],
        [110, 140],
        [170],
        [50, 80],
    ]


def test_a_released_video_starts_again(video: Path) -> None:
    """Nothing of it is held in privacy."""
    camera = open_camera(CameraSettings(source=SecretAddress(str(video))))
    camera.burst(2, 0.0)
    assert camera.is_open
    camera.release()
    assert not camera.is_open
    camera.resume()
    assert levels(camera.burst(1, 0.0)) == [50]


def test_a_file_that_is_not_a_video_is_a_clear_error(tmp_path: Path) -> None:
    """The error names it and says what to do."""
    path = tmp_path / "text.mp4"
    path.write_text("not a video")
    with pytest.raises(CameraError, match=r"text\.mp4 holds no video that can be decoded"):
        open_camera(CameraSettings(source=SecretAddress(str(path)))).burst(1, 0.0)


def test_a_missing_video_is_noticed_when_idle(video: Path) -> None:
    """A tick checks that the file is there."""
    camera = open_camera(CameraSettings(source=SecretAddress(str(video))))
    camera.tick(time.monotonic())
    video.unlink()
    assert camera.tick(time.monotonic() + 60.0)
    assert "there is no video file" in str(camera.fault)


def test_a_video_is_closed_when_privacy_is_asked_for(video: Path) -> None:
    """In the middle of a burst; after it the video starts at its beginning."""

    def interrupt(target: str, backend: int, limits: Sequence[int]) -> Capture:
        return InterruptedCapture(open_capture(target, backend, limits), camera.request_release)

    camera = open_camera(CameraSettings(source=SecretAddress(str(video))), open_capture=interrupt)
    with pytest.raises(CameraReleasedError):
        camera.burst(3, 0.0)
    assert not camera.is_open
