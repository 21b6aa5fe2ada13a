"""Clocks, cameras and pictures for the tests of the camera."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.camera import Camera, open_camera
from device.config import CameraSettings
from tests.camera.simulated import UsbCamera
from tests.clock import Clock

# Exists everywhere, and may be read and written like a camera; the simulation does the rest.
DEVICE = "/dev/null"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def usb(clock: Clock) -> UsbCamera:
    """A simulated USB camera with ten frames a second."""
    return UsbCamera(clock)


@pytest.fixture
def camera(usb: UsbCamera, clock: Clock) -> Camera:
    """The product's camera on the simulated device, without jitter in its back-off."""
    settings = CameraSettings(source=DEVICE, fps=10, warm_up_frames=2)
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
