"""What a source of frames must do; camera.py adds recovery, rotation and the reports to it."""

from __future__ import annotations

from typing import Protocol

from device.observation import Frame, Image


class FrameSource(Protocol):
    """A camera, or what stands in for one. Nothing is opened before the first read or check."""

    is_live: bool
    """Whether what it shows happens now: only a live camera can freeze."""

    check_interval: float
    """Seconds between two checks of a source that is idle and was well."""

    @property
    def is_open(self) -> bool:
        """True while a device, a connection or a decoded picture is held."""

    def read(self, n: int, newer_than: float) -> list[Frame]:
        """Return 1..n frames, oldest first.

        Args:
            n: how many are wanted.
            newer_than: seconds on the monotonic clock; no live frame is older.

        Raises:
            CameraError: when not even one can be had.
        """

    def check(self) -> Image | None:
        """Find out, at little cost, whether a read would work.

        Returns:
            what was seen on the way; None for what is no live camera, whose pictures need no judging.

        Raises:
            CameraError: when it would not.
        """

    def close(self) -> None:
        """Let go of everything that is held; the next read or check opens it again."""
