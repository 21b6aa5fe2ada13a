"""A camera on this machine: Video4Linux through OpenCV, kept open between bursts."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import cv2

from device.camera.capture import Capture, OpenCapture, decode
from device.camera.source import require_not_released
from device.config import CameraSettings
from device.errors import (
    CameraError,
    CameraNotFoundError,
    CameraNotOpeningError,
    CameraPermissionError,
    CameraReleasedError,
    NoPictureError,
    UnreadablePictureError,
)
from device.observation import Frame, Image

_LOG = logging.getLogger(__name__)

CHECK_INTERVAL_SECONDS = 10.0

DRIVER_BUFFERS = 8
"""Frames that a driver keeps at most (OpenCV asks for four): this number of grabs empties them."""

MAX_GRABS = 30
"""For the first frame of a burst: the driver's buffers, some damaged frames, and room."""

_BY_ID = Path("/dev/v4l/by-id")
# A frame of a camera that was just opened, and whose timestamp is at most this old, has the time of
# the monotonic clock; any other clock is far away.
_BELIEVABLE_AGE_SECONDS = 5.0
# Of the time between two frames. A frame that was waited for longer did not lie in a buffer; a slow
# decoder takes less.
_WAIT_SHARE = 0.25
_CSI = (
    "Ribbon-cable (CSI) cameras do not work this way: they need picamera2, which Facet does not "
    "use. Use a USB camera."
)


class UsbCamera:
    """A USB camera. Frames that lay in the driver's buffers before the trigger are thrown away.

    Args:
        path: of the device.
        settings: the size, frame rate, FOURCC and warm-up to ask for.
        open_capture: makes the capture; cv2.VideoCapture outside of tests.
        clock: monotonic, in seconds.
        now: the time in UTC.
    """

    is_live = True
    check_interval = CHECK_INTERVAL_SECONDS

    def __init__(
        self,
        path: Path,
        settings: CameraSettings,
        *,
        open_capture: OpenCapture,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._path = path
        self._settings = settings
        self._open_capture = open_capture
        self._clock = clock
        self._now = now
        self._capture: Capture | None = None
        self._has_timestamps = False
        self._persistent: Path | None = None

    @property
    def is_open(self) -> bool:
        """Whether the device is held, which on most cameras lights a lamp."""
        return self._capture is not None

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Return n frames taken after newer_than; fewer if the camera dies after the first.

        Raises:
            CameraError: the device is absent, gives no picture, or only old ones.
            CameraReleasedError: released was set before the last frame was taken.
        """
        if self._capture is not None:
            try:
                return self._burst(self._capture, n, newer_than, released)
            except CameraReleasedError:
                raise
            except (CameraError, cv2.error) as error:
                # The handle of a camera that was unplugged stays dead when the camera is back.
                _LOG.info("camera %s: opening it again, because: %s", self._path, error)
                self.close()
        return self._burst(self._open(released), n, newer_than, released)

    def check(self, released: Event) -> Image | None:
        """Return one frame, or None if it came damaged; open the device first if need be."""
        capture = self._capture or self._open(released)
        self._grab(capture, released)
        return decode(capture)

    def close(self) -> None:
        """Release the device and forget its buffers."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _open(self, released: Event) -> Capture:
        require_not_released(released)
        # Plugged in again, a camera may get another number; its persistent name follows it.
        persistent = self._persistent
        path = persistent if persistent and persistent.exists() else self._path
        if obstacle := why_not_openable(path):
            raise obstacle
        capture = self._open_capture(str(path), cv2.CAP_V4L2, ())
        try:
            require_not_released(released)
            image = self._prove(capture, released)
        except BaseException:
            capture.release()
            raise
        height, width = image.shape[:2]
        _LOG.info(
            "camera %s is open: %dx%d pixels (asked for: %dx%d), %.0f frames per second (asked for: "
            "%d); old frames are recognized by %s",
            path,
            width,
            height,
            self._settings.width,
            self._settings.height,
            capture.get(cv2.CAP_PROP_FPS),
            self._settings.fps,
            "their timestamps" if self._has_timestamps else "how fast they arrive",
        )
        self._capture = capture
        self._persistent = persistent_name(path)
        return capture

    def _prove(self, capture: Capture, released: Event) -> Image:
        """Set up and warm up, then return a decoded frame: nothing less proves a camera."""
        if not capture.isOpened():
            message = (
                f"camera.source: {self._path} is there but does not open as a camera. A USB camera "
                f"has several nodes, of which one gives pictures: use its {_BY_ID}/...-index0. "
                f"Another program may be using it. {_CSI}"
            )
            raise CameraNotOpeningError(message)
        settings = self._settings
        # The format first: drivers choose sizes and rates among those of the format.
        if settings.fourcc:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*settings.fourcc))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        capture.set(cv2.CAP_PROP_FPS, settings.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        for grabbed in range(settings.warm_up_frames + MAX_GRABS):
            self._grab(capture, released)
            if grabbed < settings.warm_up_frames:
                continue
            image = decode(capture)
            if image is not None:
                age = self._clock() - _timestamp(capture)
                self._has_timestamps = 0 <= age < _BELIEVABLE_AGE_SECONDS
                return image
        message = (
            f"camera {self._path}: none of {MAX_GRABS} frames could be decoded. "
            f"Try another camera.fourcc, or null for the camera's own."
        )
        raise UnreadablePictureError(message)

    def _grab(self, capture: Capture, released: Event) -> None:
        is_grabbed = capture.grab()
        require_not_released(released)
        if not is_grabbed:
            raise NoPictureError(self._silent())

    def _burst(self, capture: Capture, n: int, newer_than: float, released: Event) -> list[Frame]:
        frames: list[Frame] = []
        for grabs in range(1, MAX_GRABS + n + 1):
            asked = self._clock()
            is_grabbed = capture.grab()
            require_not_released(released)
            if not is_grabbed:
                if frames:
                    return frames
                raise NoPictureError(self._silent())
            arrived = self._clock()
            taken = _timestamp(capture) if self._has_timestamps else arrived
            # After one new frame all are new.
            if not frames and not self._is_new(taken, newer_than, arrived - asked, grabs):
                continue
            image = decode(capture)
            if image is None:
                continue
            age = max(0.0, self._clock() - taken)
            frames.append(Frame(image, self._now() - timedelta(seconds=age), taken))
            if len(frames) == n:
                _LOG.debug("camera %s: %d frames out of %d grabbed", self._path, n, grabs)
                return frames
        if frames:
            return frames
        message = (
            f"camera {self._path}: of {MAX_GRABS + n} frames none was newer than the trigger and "
            f"could be decoded. Try another camera.fourcc or a lower camera.fps."
        )
        raise NoPictureError(message)

    def _is_new(self, taken: float, newer_than: float, waited: float, grabs: int) -> bool:
        if self._has_timestamps:
            return taken > newer_than
        return grabs > DRIVER_BUFFERS or was_waited_for(waited, self._settings.fps)

    def _silent(self) -> str:
        return (
            f"camera {self._path} gives no picture. It may have been unplugged, be in use by "
            f"another program, or lack power or USB bandwidth. Check the cable; try a lower "
            f"camera.width and camera.height."
        )


def was_waited_for(waited: float, frames_per_second: float) -> bool:
    """Return whether a frame is new rather than buffered, when the driver does not report its age.

    Args:
        waited: seconds that grabbing the frame took. A buffered one comes at once; for a new one
            there is a wait of up to the time between two frames.
        frames_per_second: of the camera.
    """
    return waited > _WAIT_SHARE / frames_per_second


def persistent_name(path: Path, by_id: Path = _BY_ID) -> Path | None:
    """Return udev's persistent name of a device, or None if it has none.

    Args:
        path: of the device.
        by_id: where udev puts the persistent names of cameras.
    """
    device = path.resolve()
    return next((name for name in sorted(by_id.glob("*")) if name.resolve() == device), None)


def why_not_openable(path: Path, by_id: Path = _BY_ID) -> CameraError | None:
    """Return why a device cannot be opened, as far as the file system shows, or None.

    Args:
        path: of the device.
        by_id: where udev puts the persistent names of cameras.
    """
    if not path.exists():
        names = ", ".join(sorted(str(name) for name in by_id.glob("*-index0")))
        found = f"Found: {names}." if names else "No USB camera was found; plug one in."
        return CameraNotFoundError(f"camera.source: there is no device {path}. {found} {_CSI}")
    if not os.access(path, os.R_OK | os.W_OK):
        return CameraPermissionError(
            f"camera.source: no permission to use {path}. Add the user that runs Facet to the "
            f"group video: sudo usermod -aG video USER; then log in again."
        )
    return None


def _timestamp(capture: Capture) -> float:
    """Return when the driver took the frame that was grabbed, in seconds on the driver's clock."""
    return capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
