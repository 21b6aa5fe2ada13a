"""Cameras on the network that are reached by a URL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Event

import cv2

from device.camera.address import Address
from device.camera.capture import NETWORK_TIMEOUT_MS, OpenCapture, next_frames
from device.camera.web.pictures import WebPictures
from device.camera.web.refusal import silent
from device.errors import CameraConnectionError, NoPictureError
from device.observation import Frame, Image

CHECK_INTERVAL_SECONDS = 60.0

_LIMITS = (
    cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
    NETWORK_TIMEOUT_MS,
    cv2.CAP_PROP_READ_TIMEOUT_MSEC,
    NETWORK_TIMEOUT_MS,
)


class Stream:
    """A camera on the network. It is connected to for each burst and left afterwards.

    An idle connection would fill with old frames, as many as the sockets on both sides hold, and draining them can
    take longer than connecting. So every frame is new, and between bursts neither side has work.

    FFmpeg shows a picture that ends early as if it were whole, and does not tell a wrong password from a wrong path. So
    it only reads what is no picture by HTTP: RTSP, and videos.

    Args:
        address: a URL.
        open_capture: makes the capture; cv2.VideoCapture outside of tests.
        clock: monotonic, in seconds.
        now: the time in UTC.
        timeout_seconds: for pictures by HTTP: for connecting, and for each.
    """

    is_live = True
    check_interval = CHECK_INTERVAL_SECONDS
    is_open = False

    def __init__(
        self,
        address: Address,
        *,
        open_capture: OpenCapture,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        timeout_seconds: float = NETWORK_TIMEOUT_MS / 1000,
    ) -> None:
        self._address = address
        self._open_capture = open_capture
        self._clock = clock
        self._now = now
        self._pictures: WebPictures | None = None
        if address.is_http:
            self._pictures = WebPictures(
                address, clock=clock, now=now, timeout_seconds=timeout_seconds
            )

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Connect and return n frames; fewer if the stream ends: a snapshot URL has only one.

        Raises:
            CameraConnectionError: it cannot be reached, or rejects user or path.
            NoPictureError: it gives no picture in NETWORK_TIMEOUT_MS, or a page.
            UnreadablePictureError: its pictures cannot be used, or end early, twice in a row.
            CameraReleasedError: released was set before the last frame was taken.
        """
        del newer_than  # the connection is younger
        if self._pictures is not None:
            pictures = self._pictures.read(n, released)
            if pictures is not None:
                return pictures
        capture = self._open_capture(self._address.target, cv2.CAP_FFMPEG, _LIMITS)
        try:
            is_connected = capture.isOpened()
            frames = next_frames(capture, n, released, clock=self._clock, now=self._now)
        finally:
            capture.release()
        if not frames:
            message = silent(self._address, NETWORK_TIMEOUT_MS / 1000)
            raise NoPictureError(message) if is_connected else CameraConnectionError(message)
        self._pictures = None  # it is a video, and need not be asked first at the next burst
        return frames

    def check(self, released: Event) -> Image:
        """Connect and return one frame."""
        return self.read(1, 0.0, released)[0].image

    def close(self) -> None:
        """Nothing is held between two reads."""
