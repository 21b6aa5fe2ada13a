"""OpenCV's VideoCapture: its interface, its time limits, and what makes a frame of it usable."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event
from typing import Any, Protocol, TypeAlias

from device.camera.source import require_not_released
from device.errors import UnreadablePictureError

# OpenCV reads these at its first capture. A starved camera would otherwise block a read for 10
# seconds, and FFmpeg would write addresses with their passwords to standard error; Facet's own
# errors report what went wrong.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2
import numpy as np

from device.observation import Frame, Image

if "OPENCV_LOG_LEVEL" not in os.environ:
    # Only what is fatal: Facet's own errors report the rest, once and with what to do. OpenCV 4.6,
    # which 32-bit ARM has from Debian, keeps the function in another place.
    getattr(cv2.utils, "logging", cv2).setLogLevel(1)

NETWORK_TIMEOUT_MS = 5000
"""For connecting to a stream, and for each frame: healthy cameras need less, and a press still gets its answer."""

MAX_PIXELS = 13_000_000
"""Of a frame: what the largest webcams give, and 39 MB in memory."""

# Frames in a row: a stream that is joined between two key frames may begin with some.
_MAX_DAMAGED = 30


class Capture(Protocol):
    """The part of cv2.VideoCapture that Facet uses."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Return False when opening failed; True proves nothing."""

    def grab(self) -> bool:
        """Take the next frame from the driver without decoding it; False when there is none."""

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the frame that was grabbed."""

    def get(self, propId: int, /) -> float:  # noqa: N803 - OpenCV's name
        """Return a property."""

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803 - OpenCV's name
        """Set a property; False when the camera refuses."""

    def release(self) -> None:
        """Close the device or connection."""


OpenCapture: TypeAlias = Callable[[str, int, Sequence[int]], Capture]
"""Opens a device path, file or URL with an OpenCV back-end (cv2.CAP_...) and property pairs."""


def open_capture(target: str, backend: int, parameters: Sequence[int] = ()) -> Capture:
    """Open a real cv2.VideoCapture."""
    return cv2.VideoCapture(target, backend, list(parameters))


def decode(capture: Capture) -> Image | None:
    """Decode the frame that was grabbed; None when it came damaged.

    Returns:
        (H, W, 3) uint8, BGR, contiguous.

    Raises:
        UnreadablePictureError: frames have a shape or size that cannot be used, and later ones will have it too.
    """
    decoded, image = capture.retrieve()
    if not decoded or image is None or image.size == 0:
        return None
    if image.shape[2:] != (3,) or image.dtype != np.uint8:
        message = (
            f"frames arrive as {image.dtype} of shape {image.shape}, not (height, width, 3) uint8. "
            f"OpenCV {cv2.__version__} is installed; 4.11 has this defect. Install 4.12 or newer."
        )
        raise UnreadablePictureError(message)
    require_usable_size(image.shape[1], image.shape[0])
    return np.ascontiguousarray(image)


def require_usable_size(width: int, height: int) -> None:
    """Make sure that a live camera's frame is not too large.

    Args:
        width: in pixels.
        height: in pixels.

    Raises:
        UnreadablePictureError: it has more than MAX_PIXELS.
    """
    if width * height > MAX_PIXELS:
        message = (
            f"frames have {width}x{height} pixels; at most {MAX_PIXELS // 10**6} megapixels are "
            f"taken. Set a smaller camera.width and camera.height, or choose another stream of the camera."
        )
        raise UnreadablePictureError(message)


def next_frames(
    capture: Capture,
    n: int,
    released: Event,
    *,
    clock: Callable[[], float],
    now: Callable[[], datetime],
) -> list[Frame]:
    """Return up to n frames of a file or stream, fewer at its end, none when the capture is not open.

    Args:
        capture: of a file or stream, whose next frame is never an old one.
        n: how many are wanted.
        released: set when no further frame may be taken.
        clock: monotonic, in seconds.
        now: the time in UTC.

    Raises:
        UnreadablePictureError: frames have a shape or size that cannot be used.
        CameraReleasedError: released was set before the last frame was taken.
    """
    # Opening the capture may have taken seconds.
    require_not_released(released)
    frames: list[Frame] = []
    damaged = 0
    while capture.isOpened() and len(frames) < n and damaged < _MAX_DAMAGED and capture.grab():
        require_not_released(released)
        captured_at, grabbed = now(), clock()
        image = decode(capture)
        if image is None:
            damaged += 1
        else:
            frames.append(Frame(image, captured_at, grabbed))
            damaged = 0
    require_not_released(released)
    return frames
