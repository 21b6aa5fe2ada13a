"""Recovery and rotation: what the camera adds to any source of frames; test_release.py has privacy."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.camera import Camera, open_camera
from device.camera.capture import Capture
from device.camera.orientation import orient
from device.config import CameraSettings
from device.errors import CameraError
from device.system.secret_address import SecretAddress
from tests.camera.simulated import UsbCamera
from tests.clock import Clock


def test_a_camera_is_neither_available_nor_faulty_before_it_was_tried(camera: Camera) -> None:
    """Nothing is reported and nothing opened."""
    assert (camera.available, camera.fault, camera.is_open) == (False, None, False)


def test_the_first_tick_finds_the_camera(camera: Camera, clock: Clock) -> None:
    """It opens the device, so that the first press finds it warm."""
    assert camera.tick(clock())
    assert camera.available
    assert camera.is_open


def test_an_idle_camera_that_is_unplugged_is_noticed(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Within the interval of checks a tick reports the loss, with a fault to show."""
    camera.tick(clock())
    usb.is_plugged = False
    assert not camera.tick(clock() + 1.0)  # not yet time to check
    assert camera.tick(clock() + 60.0)
    assert not camera.available
    assert "gives no picture" in str(camera.fault)


def test_a_lost_camera_is_tried_again_with_growing_delays(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """In ten minutes it is opened a dozen times, not thousands; then it is back."""
    usb.is_plugged = False
    for _ in range(6000):
        camera.tick(clock())
        clock.seconds += 0.1
    assert 10 <= len(usb.opened) <= 18
    usb.is_plugged = True
    clock.seconds += 60.0
    assert camera.tick(clock())
    assert (camera.available, camera.fault) == (True, None)


def test_a_press_does_not_wait_for_the_back_off(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Somebody stands in front of the camera: it is tried at once."""
    usb.is_plugged = False
    for _ in range(8):
        with pytest.raises(CameraError):
            camera.burst(1, clock())
    usb.is_plugged = True
    assert camera.burst(1, clock())
    assert camera.available


def test_a_starved_camera_is_lost_not_waited_for(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """No frame within the driver's time-out is a loss, after at most one reopening."""
    camera.burst(1, clock())
    usb.is_starved = True
    before = clock()
    with pytest.raises(CameraError):
        camera.burst(5, clock())
    assert clock() - before == pytest.approx(4.0)


def test_loss_and_return_are_each_logged_once(
    camera: Camera, usb: UsbCamera, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A camera that is away for hours does not fill the log."""
    caplog.set_level(logging.INFO, logger="device.camera.camera")
    camera.tick(clock())
    usb.is_plugged = False
    for _ in range(100):
        clock.seconds += 60.0
        camera.tick(clock())
    usb.is_plugged = True
    clock.seconds += 60.0
    camera.tick(clock())
    texts = [record.message for record in caplog.records if record.name == "device.camera.camera"]
    assert len(texts) == 3
    assert "is not available" in texts[1]
    assert "is available after 6000 s and 100 failures" in texts[2]


def test_leaving_the_context_closes_the_device(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """A camera is a context manager."""
    with camera:
        camera.burst(1, clock())
    assert usb.opened[0].released


@pytest.mark.parametrize(
    "source", ["/dev/video77", "absent.jpg", "absent.mp4", "/nowhere", "gopher://cam"]
)
def test_opening_never_raises_but_the_first_burst_does(source: str) -> None:
    """A node starts without its camera, and reports what is missing when it needs a picture."""
    camera = open_camera(CameraSettings(source=SecretAddress(source)))
    with pytest.raises(CameraError) as caught:
        camera.burst(1, 0.0)
    assert camera.fault == str(caught.value)
    assert source in str(caught.value)


def test_a_picture_that_appears_later_is_found(write_picture: Callable[..., Path]) -> None:
    """A picture file that was missing at the start is used once it is there."""
    path = write_picture("late.png")
    moved = path.rename(path.with_name("early.png"))
    camera = open_camera(CameraSettings(source=SecretAddress(str(path))))
    assert not camera.tick(time.monotonic())
    moved.rename(path)
    assert len(camera.burst(5, 0.0)) == 1


def test_the_description_has_no_password() -> None:
    """It is made for logs."""
    camera = open_camera(CameraSettings(source=SecretAddress("rtsp://me:secret@cam/live")))
    assert camera.description == "rtsp://cam/***"
    assert "secret" not in repr(camera)


@pytest.mark.parametrize("kind", [cv2.error, OSError])
def test_what_a_library_says_of_the_address_is_shown_without_its_password(
    kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """OpenCV and the system may repeat the whole URL in an error; neither fault nor log does."""

    def fail(target: str, backend: int, limits: Sequence[int]) -> Capture:
        del backend, limits
        message = f"can't open camera by name '{target}'"
        raise kind(message)

    source = "rtsp://me:hush-1@cam/snapshot.cgi?user=me&pwd=hush-2"
    camera = open_camera(CameraSettings(source=SecretAddress(source)), open_capture=fail)
    with pytest.raises(CameraError, match=r"can't open camera by name 'rtsp://cam/\*\*\*"):
        camera.burst(1, 0.0)
    assert "rtsp://cam/***" in caplog.text
    assert "hush" not in f"{camera.fault} {caplog.text}"


def test_rotation_and_mirror_apply_to_every_source(write_picture: Callable[..., Path]) -> None:
    """A still whose left half is dark shows it at the top after a quarter turn clockwise."""
    path = write_picture("halves.png", 64, 48, left=0, right=255)
    (frame,) = open_camera(CameraSettings(source=SecretAddress(str(path)), rotation=90)).burst(
        1, 0.0
    )
    assert frame.image.shape == (64, 48, 3)
    assert frame.image.flags.c_contiguous
    assert (frame.image[0, 0, 0], frame.image[-1, 0, 0]) == (0, 255)


@pytest.mark.parametrize(
    ("rotation", "mirror", "expected"),
    [
        (0, False, [[1, 2], [3, 4]]),
        (90, False, [[3, 1], [4, 2]]),
        (180, False, [[4, 3], [2, 1]]),
        (270, False, [[2, 4], [1, 3]]),
        (0, True, [[2, 1], [4, 3]]),
        (90, True, [[1, 3], [2, 4]]),  # rotation first, then mirror
    ],
)
def test_pictures_are_turned_clockwise_then_mirrored(
    rotation: int, mirror: bool, expected: list[list[int]]
) -> None:
    """Four pixels distinguish every turn from every other."""
    image = np.repeat(np.array([[1, 2], [3, 4]], np.uint8)[..., None], 3, axis=2)
    assert orient(image, rotation=rotation, mirror=mirror)[..., 0].tolist() == expected


def test_an_idle_picture_camera_costs_next_to_nothing(write_picture: Callable[..., Path]) -> None:
    """Ten ticks per second for an hour, with their checks, take under a tenth of a percent of it."""
    clock = Clock()
    camera = open_camera(
        CameraSettings(source=SecretAddress(str(write_picture("one.png")))), clock=clock
    )
    began = time.process_time()
    for _ in range(36_000):
        clock.seconds += 0.1
        camera.tick(clock())
    assert time.process_time() - began < 3.6
