"""Clocks, cameras and pictures for the tests of the camera."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import cv2
import numpy as np
import pytest

from device.camera import Camera, open_camera
from device.camera.capture import Capture
from device.config import CameraSettings
from device.observation import Frame
from device.system.secret_address import SecretAddress
from tests.camera.simulated import UsbCamera
from tests.clock import Clock

# Exists everywhere, and may be read and written like a camera; the simulation does the rest.
DEVICE = "/dev/null"
# Given to a source that is read while nobody asks for privacy.
NOT_RELEASED = Event()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def usb(clock: Clock) -> UsbCamera:
    """A simulated USB camera with ten frames per second."""
    return UsbCamera(clock)


@pytest.fixture
def camera(usb: UsbCamera, clock: Clock) -> Camera:
    """The product's camera on the simulated device, without jitter in its back-off."""
    settings = CameraSettings(source=SecretAddress(DEVICE), fps=10, warm_up_frames=2)
    return open_camera(
        settings, open_capture=usb.open, clock=clock, now=clock.now, jitter=lambda: 0.0
    )


@pytest.fixture
def write_picture(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a picture of one colour, or of its left half and right half."""

    def write(
        name: str, width: int = 64, height: int = 48, left: int = 128, right: int = 128
    ) -> Path:
        image = np.full((height, width, 3), left, np.uint8)
        image[:, width // 2 :] = right
        path = tmp_path / name
        assert cv2.imwrite(str(path), image)
        return path

    return write


def levels(frames: list[Frame]) -> list[int]:
    """Return the brightness of frames in steps of ten, where JPEG's losses vanish."""
    return [round(float(frame.image.mean()) / 10) * 10 for frame in frames]


class InterruptedCapture:
    """A capture of OpenCV during whose every grab something else happens.

    Args:
        capture: OpenCV's.
        happen: called by each grab, once it has its frame.

    Attributes:
        grabs: how many there were.
    """

    def __init__(self, capture: Capture, happen: Callable[[], None]) -> None:
        self.grabs = 0
        self._capture = capture
        self._happen = happen

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Return whether the capture is open."""
        return self._capture.isOpened()

    def grab(self) -> bool:
        """Grab a frame, and let happen what happens."""
        self.grabs += 1
        is_grabbed = self._capture.grab()
        self._happen()
        return is_grabbed

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the frame that was grabbed."""
        return self._capture.retrieve()

    def get(self, propId: int, /) -> float:  # noqa: N803 - OpenCV's name
        """Return a property."""
        return self._capture.get(propId)

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803 - OpenCV's name
        """Set a property."""
        return self._capture.set(propId, value)

    def release(self) -> None:
        """Close it."""
        self._capture.release()
