"""The camera as the node sees it: a source of frames that recovers, and says what is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

from device.camera.frame_health import FrameHealth
from device.camera.source import FrameSource
from device.errors import CameraError
from device.observation import Frame, Image
from device.system.backoff import backoff

if TYPE_CHECKING:
    from device.config import CameraSettings

_log = logging.getLogger(__name__)

_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Camera:
    """Bursts of frames, from a source that may be lost and found again. One thread owns it.

    Attributes:
        description: what it is, fit to be logged: no password.
        available: whether the last burst or check gave a picture; False before the first.
        fault: why it is not available, or what else is wrong, for the owner; None when nothing
            is, and before the first burst or check.
    """

    def __init__(
        self,
        connect: Callable[[], FrameSource],
        settings: CameraSettings,
        *,
        description: str,
        clock: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        """Prepare; nothing is opened before the first burst or tick.

        Args:
            connect: makes the source, and raises CameraError when the address is wrong.
            settings: rotation and mirror.
            description: fit to be logged.
            clock: monotonic, in seconds.
            jitter: draws 0..1.
        """
        self.description = description
        self.available = False
        self.fault: str | None = None
        self._connect = connect
        self._rotation = settings.rotation
        self._mirror = settings.mirror
        self._clock = clock
        self._jitter = jitter
        self._source: FrameSource | None = None
        self._failures = 0
        self._lost_at: float | None = None
        self._next_check = float("-inf")
        self._released = False
        self._frame_health = FrameHealth()

    def __repr__(self) -> str:
        """Tell what it is and how it is."""
        state = "released" if self._released else "available" if self.available else "not available"
        return f"<Camera {self.description}: {state}>"

    def __enter__(self) -> Self:
        """Return the camera."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    @property
    def is_open(self) -> bool:
        """True while a device or a decoded picture is held."""
        return self._source is not None and self._source.is_open

    def burst(self, n: int, newer_than: float) -> list[Frame]:
        """Return between 1 and n frames, all taken after newer_than.

        A live camera and a video give n; a still gives one, since the same picture again would say
        nothing new; a video near its end and a camera that falls silent give what they have. A
        camera that was lost is tried at once, whatever the back-off says: somebody is standing
        before it.

        Args:
            n: how many, at least 1.
            newer_than: seconds on the monotonic clock, usually the trigger's.

        Raises:
            CameraError: when there is no frame.
        """
        self._released = False
        try:
            source = self._connected()
            frames = source.read(n, newer_than)
            if source.is_live:
                self._judge(frame.image for frame in frames)
        except (CameraError, OSError, cv2.error) as error:
            raise self._lost(error) from error
        self._found()
        return [
            Frame(
                orient(frame.image, rotation=self._rotation, mirror=self._mirror), frame.captured_at
            )
            for frame in frames
        ]

    def tick(self, now: float) -> bool:
        """Check the camera, or try a lost one again, if it is time to: for a worker that is idle.

        Args:
            now: seconds on the monotonic clock.

        Returns:
            Whether `available` changed.
        """
        if self._released or now < self._next_check:
            return False
        before = self.available
        try:
            seen = self._connected().check()
            self._judge([] if seen is None else [seen])
        except (CameraError, OSError, cv2.error) as error:
            self._lost(error)
        else:
            self._found()
        return self.available is not before

    def release(self) -> None:
        """Let go of the device and of every picture, for privacy.

        Ticks leave it alone until the next burst or resume.
        """
        self._released = True
        self._frame_health = FrameHealth()
        self._close_source()

    def resume(self) -> None:
        """End a release: the next tick opens the camera again."""
        if self._released:
            self._released = False
            self._next_check = float("-inf")

    def close(self) -> None:
        """Let go of everything, at the end of the node's life."""
        self.release()

    def _connected(self) -> FrameSource:
        if self._source is None:
            self._source = self._connect()
        return self._source

    def _close_source(self) -> None:
        if self._source is not None:
            self._source.close()

    def _judge(self, images: Iterable[Image]) -> None:
        """Look whether the camera still sees.

        Raises:
            CameraError: it gives the same picture again and again.
        """
        for image in images:
            self._frame_health.look(image)
        if self._frame_health.is_frozen:
            message = (
                f"camera {self.description} is frozen: it gives the same picture again and again. It is opened "
                f"anew; if that does not help, unplug it and plug it in again."
            )
            raise CameraError(message)

    def _found(self) -> None:
        now = self._clock()
        if not self.available:
            after = (
                ""
                if self._lost_at is None
                else f" after {now - self._lost_at:.0f} s and {self._failures} failures"
            )
            _log.info("camera %s is available%s", self.description, after)
        self.available = True
        self.fault = self._darkness()
        self._failures = 0
        self._lost_at = None
        if self._source is not None:
            self._next_check = now + self._source.check_interval

    def _darkness(self) -> str | None:
        """Say so if the pictures are black, which is no reason to do without them: the room may be dark."""
        if not self._frame_health.is_black:
            return None
        text = f"camera {self.description} gives only black pictures. Is its lens covered, or the room wholly dark?"
        if self.fault != text:
            _log.warning("%s", text)
        return text

    def _lost(self, error: CameraError | OSError | cv2.error) -> CameraError:
        now = self._clock()
        text = (
            str(error)
            if isinstance(error, CameraError)
            else f"camera {self.description} failed: {error}"
        )
        self._close_source()
        self._failures += 1
        delay = backoff(self._failures, self._jitter())
        self._next_check = now + delay
        if self._lost_at is None:
            self._lost_at = now
            _log.warning(
                "camera %s is not available: %s Trying again in %.0f s.",
                self.description,
                text,
                delay,
            )
        else:
            _log.debug(
                "camera %s: failure %d, next try in %.1f s", self.description, self._failures, delay
            )
        self.available = False
        self.fault = text
        return CameraError(text)


def orient(image: Image, *, rotation: int, mirror: bool) -> Image:
    """Turn a picture clockwise by 0, 90, 180 or 270 degrees, then mirror it left to right if asked.

    Args:
        image: (H, W, 3) uint8, BGR.
        rotation: degrees.
        mirror: whether to swap left and right.

    Returns:
        The same picture, contiguous: (H, W, 3), or (W, H, 3) after 90 and 270 degrees.
    """
    if rotation:
        image = np.asarray(cv2.rotate(image, _ROTATIONS[rotation]), np.uint8)
    if mirror:
        image = np.asarray(cv2.flip(image, 1), np.uint8)
    return image
