"""A video file that stands in for a camera: for trying out, and for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event

import cv2

from device.camera.capture import Capture, OpenCapture, next_frames
from device.errors import CameraNotFoundError, UnreadablePictureError
from device.observation import Frame

CHECK_INTERVAL_SECONDS = 10.0


class Video:
    """A video file: each burst is its next frames, and after the end comes the beginning.

    Args:
        path: of the file.
        open_capture: makes the capture; cv2.VideoCapture outside of tests.
        clock: monotonic, in seconds.
        now: the time in UTC.
    """

    is_live = False
    check_interval = CHECK_INTERVAL_SECONDS

    def __init__(
        self,
        path: Path,
        *,
        open_capture: OpenCapture,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._path = path
        self._open_capture = open_capture
        self._clock = clock
        self._now = now
        self._capture: Capture | None = None

    @property
    def is_open(self) -> bool:
        """Whether the file is open."""
        return self._capture is not None

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Return the next n frames, fewer at the end; newer_than means nothing to a file.

        Raises:
            CameraNotFoundError: the file is missing.
            UnreadablePictureError: it holds no frame that can be decoded.
            CameraReleasedError: released was set before the last frame was decoded.
        """
        del newer_than
        if self._capture is not None and (frames := self._next(self._capture, n, released)):
            return frames
        self.close()  # at the end, or never begun
        self.check(released)
        self._capture = self._open_capture(str(self._path), cv2.CAP_ANY, ())
        if frames := self._next(self._capture, n, released):
            return frames
        self.close()
        message = (
            f"camera.source: {self._path} holds no video that can be decoded. "
            f"Convert it, for instance to H.264 in MP4."
        )
        raise UnreadablePictureError(message)

    def check(self, released: Event) -> None:
        """Check that the file is there; does not decode it.

        Raises:
            CameraError: it is not.
        """
        del released  # nothing is read
        if not self._path.is_file():
            message = f"camera.source: there is no video file {self._path}. Put it there."
            raise CameraNotFoundError(message)

    def close(self) -> None:
        """Close the file; the next read starts at its beginning."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _next(self, capture: Capture, n: int, released: Event) -> list[Frame]:
        return next_frames(capture, n, released, clock=self._clock, now=self._now)
