"""Video files, and cameras on the network that are reached by a URL."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2

from device.camera.address import Address
from device.camera.capture import NETWORK_TIMEOUT_MS, Capture, OpenCapture, decode
from device.errors import CameraError
from device.observation import Frame, Image

_log = logging.getLogger(__name__)

VIDEO_CHECK_INTERVAL = 10.0
STREAM_CHECK_INTERVAL = 60.0

_MAX_DAMAGED = 30
"""Frames in a row: a stream that is joined between two key frames may begin with some."""


class Video:
    """A video file: each burst is its next frames, and after the end comes the beginning."""

    is_live = False
    check_interval = VIDEO_CHECK_INTERVAL

    def __init__(
        self, path: Path, *, open_capture: OpenCapture, now: Callable[[], datetime]
    ) -> None:
        """Take the file's path, what opens it, and a clock that tells the time in UTC."""
        self._path = path
        self._open_capture = open_capture
        self._now = now
        self._capture: Capture | None = None

    @property
    def is_open(self) -> bool:
        """True while the file is open."""
        return self._capture is not None

    def read(self, n: int, newer_than: float) -> list[Frame]:
        """Return the next n frames, fewer at the end; newer_than means nothing to a file.

        Raises:
            CameraError: when the file is missing or holds no frame that can be decoded.
        """
        del newer_than
        if self._capture is not None and (frames := _next_frames(self._capture, n, self._now)):
            return frames
        self.close()  # at the end, or never begun
        self.check()
        self._capture = self._open_capture(str(self._path), cv2.CAP_ANY, ())
        if frames := _next_frames(self._capture, n, self._now):
            return frames
        self.close()
        message = (
            f"camera.source: {self._path} holds no video that can be decoded. "
            f"Convert it, for instance to H.264 in MP4."
        )
        raise CameraError(message)

    def check(self) -> None:
        """Look whether the file is there; does not decode it."""
        if not self._path.is_file():
            message = f"camera.source: there is no video file {self._path}. Put it there."
            raise CameraError(message)

    def close(self) -> None:
        """Close the file; the next read starts at its beginning."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()


class Stream:
    """A camera on the network. It is connected to for each burst and left afterwards.

    An idle connection would fill with old frames, as much as the sockets on both sides hold, and
    draining them can take longer than connecting. So every frame is new, and between bursts neither
    side has work.
    """

    is_live = True
    check_interval = STREAM_CHECK_INTERVAL
    is_open = False

    def __init__(
        self, address: Address, *, open_capture: OpenCapture, now: Callable[[], datetime]
    ) -> None:
        """Take the address, what opens it, and a clock that tells the time in UTC."""
        self._address = address
        self._open_capture = open_capture
        self._now = now

    def read(self, n: int, newer_than: float) -> list[Frame]:
        """Connect and return n frames; fewer if the stream ends: a snapshot URL has only one.

        Raises:
            CameraError: when it cannot be reached or gives no picture in NETWORK_TIMEOUT_MS.
        """
        del newer_than  # the connection is younger
        limits = (
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            NETWORK_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            NETWORK_TIMEOUT_MS,
        )
        capture = self._open_capture(self._address.target, cv2.CAP_FFMPEG, limits)
        try:
            frames = _next_frames(capture, n, self._now)
        finally:
            capture.release()
        if not frames:
            limit = NETWORK_TIMEOUT_MS / 1000
            message = (
                f"camera.source: {self._address.label} gives no picture in {limit:.0f} s. Check "
                f"that it is switched on and reachable, and the user, password and path of its URL."
            )
            raise CameraError(message)
        return frames

    def check(self) -> Image:
        """Connect and return one frame."""
        return self.read(1, 0.0)[0].image

    def close(self) -> None:
        """Nothing is held between two reads."""


def _next_frames(capture: Capture, n: int, now: Callable[[], datetime]) -> list[Frame]:
    """Return up to n frames, fewer at the end, none when the capture is not open."""
    frames: list[Frame] = []
    damaged = 0
    while capture.isOpened() and len(frames) < n and damaged < _MAX_DAMAGED and capture.grab():
        captured_at = now()
        image = decode(capture)
        if image is None:
            damaged += 1
        else:
            frames.append(Frame(image, captured_at))
            damaged = 0
    return frames
