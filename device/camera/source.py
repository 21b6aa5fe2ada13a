"""What a source of frames does; camera.py adds recovery, rotation and reports to it."""

from __future__ import annotations

from threading import Event
from typing import Protocol

from device.errors import (
    CameraError,
    CameraNotFoundError,
    CameraPermissionError,
    CameraReleasedError,
    UnreadablePictureError,
)
from device.observation import Frame, Image

RELEASED = "the camera is released for privacy and takes no picture; switch privacy off first"


class FrameSource(Protocol):
    """A camera, or what stands in for one. Nothing is opened before the first read or check."""

    is_live: bool
    """Whether what it shows happens now: only a live camera can freeze."""

    check_interval: float
    """Seconds between two checks of a source that is idle and works."""

    @property
    def is_open(self) -> bool:
        """Whether a device, a connection or a decoded picture is held."""

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Return 1..n frames, oldest first.

        Args:
            n: how many are wanted.
            newer_than: seconds on the monotonic clock; no live frame is older.
            released: set, by another thread, when no further frame may be taken.

        Raises:
            CameraError: there is not a single one.
            CameraReleasedError: released was set before the last frame was taken.
        """

    def check(self, released: Event) -> Image | None:
        """Find out, at little cost, whether a read would work.

        Args:
            released: as for read.

        Returns:
            The picture that was taken for it; None for what is not a live camera, whose pictures need no judging.

        Raises:
            CameraError: it would not.
            CameraReleasedError: as for read.
        """

    def close(self) -> None:
        """Let go of everything that is held; the next read or check opens it again."""


def require_not_released(released: Event) -> None:
    """Make sure that a frame may be taken; every grab and every read that may block is followed by this.

    Raises:
        CameraReleasedError: it may not.
    """
    if released.is_set():
        raise CameraReleasedError(RELEASED)


def unreadable(message: str, error: OSError) -> CameraError:
    """Return the error of a file or folder that the operating system does not give."""
    match error:
        case FileNotFoundError():
            return CameraNotFoundError(message)
        case PermissionError():
            return CameraPermissionError(message)
        case _:
            return UnreadablePictureError(message)
