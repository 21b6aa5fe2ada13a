"""A USB camera: old frames are rejected, a false "open" is noticed, and errors say what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import cv2
import pytest

from device.camera import Camera, open_camera
from device.camera.usb import MAX_GRABS, was_waited_for, why_not_openable
from device.config import CameraSettings
from device.errors import CameraError, CameraNotFoundError
from device.system.secret_address import SecretAddress
from tests.camera.conftest import DEVICE
from tests.camera.simulated import INTERVAL, UsbCamera
from tests.clock import EPOCH, Clock


@pytest.mark.parametrize("has_timestamps", [True, False])
def test_frames_are_newer_than_the_trigger(
    camera: Camera, usb: UsbCamera, clock: Clock, has_timestamps: bool
) -> None:
    """After two idle seconds full of buffered frames, a burst has only new ones, with timestamps or without."""
    usb.has_timestamps = has_timestamps
    camera.burst(1, clock())
    clock.seconds += 2.0
    triggered = clock()
    frames = camera.burst(3, triggered)
    assert len(frames) == 3
    assert all(frame.captured_at > EPOCH + timedelta(seconds=triggered) for frame in frames)


def test_frames_have_the_time_at_which_they_were_taken(camera: Camera, clock: Clock) -> None:
    """Frames of a burst are one interval apart, by the driver's timestamps."""
    first, second = camera.burst(2, clock())
    assert (second.captured_at - first.captured_at).total_seconds() == pytest.approx(INTERVAL)
    assert second.monotonic - first.monotonic == pytest.approx(INTERVAL)


def test_a_frame_s_two_times_are_the_same_moment(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """With the driver's timestamps and without: what is decoded later was still taken then."""
    for usb.has_timestamps in (True, False):
        camera.release()
        camera.resume()
        triggered = clock()
        (frame,) = camera.burst(1, triggered)
        assert frame.captured_at == EPOCH + timedelta(seconds=frame.monotonic)
        assert triggered < frame.monotonic <= clock()


def test_the_first_frame_after_a_trigger_is_taken_not_a_later_one(
    camera: Camera, clock: Clock
) -> None:
    """Rejecting old frames costs no more than one interval of the camera."""
    camera.burst(1, clock())
    clock.seconds += 2.0
    triggered = clock()
    camera.burst(1, triggered)
    assert clock() - triggered <= INTERVAL + 1e-6


def test_a_frame_that_was_taken_since_the_trigger_may_come_from_a_buffer(
    camera: Camera, clock: Clock
) -> None:
    """Only frames older than the trigger are rejected, not every buffered one."""
    camera.burst(1, clock())
    triggered = clock()
    clock.seconds += 3 * INTERVAL
    before = clock()
    camera.burst(3, triggered)
    assert clock() == before


def test_the_device_stays_open_between_bursts(camera: Camera, usb: UsbCamera, clock: Clock) -> None:
    """Opening costs seconds: it is done once."""
    camera.burst(1, clock())
    camera.burst(1, clock())
    assert len(usb.opened) == 1
    assert camera.is_open


def test_the_camera_is_asked_for_the_format_before_the_size(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Drivers choose sizes among those of the format."""
    camera.burst(1, clock())
    assert list(usb.opened[0].properties.items())[:4] == [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 640),
        (cv2.CAP_PROP_FRAME_HEIGHT, 480),
        (cv2.CAP_PROP_FPS, 10),
    ]


def test_warm_up_frames_are_thrown_away(usb: UsbCamera, clock: Clock) -> None:
    """With ten of them the first frame is at least ten intervals younger than the opening."""
    settings = CameraSettings(source=SecretAddress(DEVICE), fps=10, warm_up_frames=10)
    camera = open_camera(settings, open_capture=usb.open, clock=clock, now=clock.now)
    opened = clock.now()
    (frame,) = camera.burst(1, clock())
    assert (frame.captured_at - opened).total_seconds() > 10 * INTERVAL


def test_damaged_frames_are_skipped(camera: Camera, usb: UsbCamera, clock: Clock) -> None:
    """Some webcams send a few broken JPEGs: the burst is still complete."""
    camera.burst(1, clock())
    usb.damaged = 3
    assert len(camera.burst(5, clock())) == 5
    assert usb.damaged == 0


def test_a_camera_that_only_sends_damaged_frames_is_an_error(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The number of grabs is bounded, and the error points at the format."""
    usb.damaged = 10_000
    with pytest.raises(CameraError, match=rf"none of {MAX_GRABS} frames.*camera\.fourcc"):
        camera.burst(1, clock())


def test_frames_of_the_wrong_shape_are_an_error(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """OpenCV 4.11 gives one line of bytes: the error says which version to install."""
    usb.shape = (1, 921_600)
    with pytest.raises(CameraError, match=r"shape \(1, 921600\).*Install 4\.12"):
        camera.burst(1, clock())


def test_an_opened_camera_that_gives_nothing_is_an_error_and_is_released(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The capture reports that it is open; it is not believed, and not leaked."""
    usb.is_plugged = False
    with pytest.raises(CameraError, match="gives no picture"):
        camera.burst(1, clock())
    assert [capture.released for capture in usb.opened] == [True]
    assert not camera.is_open


def test_a_camera_that_was_unplugged_and_is_back_answers_the_next_trigger(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The dead handle is replaced within the burst: the press gets its picture."""
    camera.burst(1, clock())
    usb.is_plugged = False
    assert not usb.opened[0].grab()
    usb.is_plugged = True
    assert len(camera.burst(2, clock())) == 2
    assert [capture.released for capture in usb.opened] == [True, False]


def test_the_error_for_a_missing_device_lists_the_cameras_that_are_there(tmp_path: Path) -> None:
    """It names the device, lists persistent names, and warns owners of ribbon-cable cameras."""
    (tmp_path / "usb-Cam_1-video-index0").touch()
    (tmp_path / "usb-Cam_1-video-index1").touch()
    error = why_not_openable(Path("/dev/video77"), tmp_path)
    assert isinstance(error, CameraNotFoundError)
    text = str(error)
    assert "there is no device /dev/video77" in text
    assert "usb-Cam_1-video-index0." in text
    assert "index1" not in text
    assert "picamera2" in text


def test_a_device_that_is_there_may_be_opened() -> None:
    """What exists and may be read and written is tried."""
    assert why_not_openable(Path(DEVICE)) is None


def test_a_real_device_that_is_not_a_camera_is_a_clear_error() -> None:
    """OpenCV itself, on a device that is not a camera: a CameraError, not a traceback."""
    with (
        open_camera(CameraSettings(source=SecretAddress(DEVICE))) as camera,
        pytest.raises(CameraError, match="does not open as a camera"),
    ):
        camera.burst(1, 0.0)


@pytest.mark.parametrize(
    ("waited", "new"),
    [
        (0.0005, False),  # it lay in a buffer
        (0.007, False),  # a slow decoder
        (0.010, True),
        (0.033, True),  # a whole interval
    ],
)
def test_without_timestamps_a_frame_that_was_waited_for_is_new(waited: float, new: bool) -> None:
    """At 30 frames per second, a wait of more than a quarter of the interval is evidence."""
    assert was_waited_for(waited, 30) is new
