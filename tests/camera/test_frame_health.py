"""A camera that goes on giving pictures without seeing anything is noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.camera import Camera
from device.camera.frame_health import BLACK_AFTER, FROZEN_AFTER, FrameHealth
from device.camera.usb import CHECK_INTERVAL_SECONDS, persistent_name
from device.errors import CameraError, CameraTrouble
from tests.camera.simulated import UsbCamera
from tests.clock import Clock


def test_pictures_that_differ_in_one_bit_are_alive() -> None:
    """The smallest noise is enough."""
    frame_health = FrameHealth()
    for number in range(2 * FROZEN_AFTER):
        image = np.full((48, 64, 3), 100, np.uint8)
        image[47, 63, 2] += number % 2
        frame_health.update(image)
    assert not frame_health.is_frozen


def test_a_covered_camera_is_black_and_not_frozen() -> None:
    """Black pictures are all the same, but for another cause, with another remedy."""
    frame_health = FrameHealth()
    for _ in range(2 * FROZEN_AFTER):
        frame_health.update(np.full((48, 64, 3), 9, np.uint8))
    assert frame_health.is_black
    assert not frame_health.is_frozen


def test_a_dark_room_with_one_light_is_not_black() -> None:
    """There is something to see."""
    frame_health = FrameHealth()
    image = np.zeros((48, 64, 3), np.uint8)
    image[16:32, 16:32] = 60
    for _ in range(BLACK_AFTER):
        frame_health.update(image)
    assert not frame_health.is_black


def test_a_frozen_camera_gives_no_burst(camera: Camera, usb: UsbCamera, clock: Clock) -> None:
    """Whoever stands in front of it is not the one in its picture."""
    camera.burst(5, clock())
    usb.is_frozen = True
    with pytest.raises(CameraError, match="is frozen"):
        camera.burst(FROZEN_AFTER, clock())
    assert not camera.available
    assert camera.fault is not None


def test_a_camera_that_freezes_while_nobody_asks_is_noticed_within_a_minute(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """By the checks between the bursts."""
    camera.tick(clock())
    usb.is_frozen = True
    began = clock()
    while camera.available:
        clock.seconds += CHECK_INTERVAL_SECONDS
        camera.tick(clock())
    assert clock() - began <= 60


def test_a_frozen_camera_is_found_again_when_its_pictures_change(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """It is opened again, and not believed before it shows something new."""
    camera.burst(1, clock())
    usb.is_frozen = True
    with pytest.raises(CameraError):
        camera.burst(FROZEN_AFTER, clock())
    with pytest.raises(CameraError):
        camera.burst(1, clock())
    usb.is_frozen = False
    assert len(camera.burst(3, clock())) == 3
    assert camera.available
    assert camera.fault is None


def test_black_pictures_are_a_fault_but_the_camera_stays_available(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The room may be dark: a press is still answered, and the owner sees the fault."""
    usb.is_covered = True
    assert len(camera.burst(BLACK_AFTER, clock())) == BLACK_AFTER
    assert camera.available
    assert camera.fault is not None
    assert "only black pictures" in camera.fault
    assert camera.status.trouble is CameraTrouble.BLACK
    usb.is_covered = False
    camera.burst(1, clock())
    assert camera.fault is None


def test_frames_that_are_far_too_large_are_rejected(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Before perception makes copies of them."""
    usb.shape = (4000, 4000, 3)
    with pytest.raises(CameraError, match=r"4000x4000 pixels; .*camera\.width"):
        camera.burst(1, clock())


def test_the_persistent_name_of_a_device_is_found(tmp_path: Path) -> None:
    """Whatever it was called in the configuration; a device without one has none."""
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    for number in (0, 1):
        (tmp_path / f"video{number}").touch()
        (by_id / f"usb-camera-{number}-index0").symlink_to(tmp_path / f"video{number}")
    assert persistent_name(tmp_path / "video1", by_id) == by_id / "usb-camera-1-index0"
    assert persistent_name(tmp_path / "video2", by_id) is None
