"""The camera as the node sees it: a source of frames that recovers, and reports what is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event
from typing import Self

import cv2

from device.camera.frame_health import FrameHealth
from device.camera.orientation import orient
from device.camera.source import RELEASED, FrameSource, require_not_released
from device.camera.status import CameraStatus
from device.config import CameraSettings
from device.errors import (
    CameraError,
    CameraReleasedError,
    CameraTrouble,
    FrozenCameraError,
)
from device.observation import Frame, Image
from device.system.backoff import backoff
from device.system.redaction import redact_urls

_LOG = logging.getLogger(__name__)


class Camera:
    """Bursts of frames, from a source that may be lost and found again.

    One thread owns it. Any other may read `status`, `available`, `fault`, `is_open` and `description`; the thread that
    decides about privacy calls `request_release` and `resume`, at any moment.

    Args:
        connect: makes the source, and raises CameraError when the address is wrong.
        settings: rotation and mirror.
        description: what it is, without a password.
        clock: monotonic, in seconds.
        jitter: draws 0..1, for the back-off.
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
        self._connect = connect
        self._rotation = settings.rotation
        self._mirror = settings.mirror
        self._description = description
        self._clock = clock
        self._jitter = jitter
        self._source: FrameSource | None = None
        self._status = CameraStatus()
        self._frame_health = FrameHealth()
        self._failures = 0
        self._lost_at: float | None = None
        self._next_check = float("-inf")
        # Set by a release, and replaced by a resume: what began before the release sees it for ever.
        self._released = Event()
        self._released_at_last_use = self._released

    def __repr__(self) -> str:
        """Describe what it is and how it is."""
        available = "available" if self.available else "not available"
        state = "released" if self._released.is_set() else available
        return f"<Camera {self._description}: {state}>"

    def __enter__(self) -> Self:
        """Return the camera."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def description(self) -> str:
        """What it is, fit for a log: without a password."""
        return self._description

    @property
    def status(self) -> CameraStatus:
        """`available` and `fault` of the same moment."""
        return self._status

    @property
    def available(self) -> bool:
        """Whether the last burst or check gave a picture; False before the first."""
        return self._status.is_available

    @property
    def fault(self) -> str | None:
        """Why it is not available, or what else is wrong, for the owner.

        None when nothing is, and before the first burst or check.
        """
        return self._status.fault

    @property
    def is_open(self) -> bool:
        """Whether a device or a decoded picture is held."""
        source = self._source
        return source is not None and source.is_open

    def burst(self, n: int, newer_than: float) -> list[Frame]:
        """Return between 1 and n frames, all taken after newer_than.

        A live camera and a video give n; a still gives one, since the same picture again would show nothing new; a
        video near its end and a camera that falls silent give what they have. A camera that was lost is tried at
        once, whatever the back-off is: somebody is standing in front of it.

        Args:
            n: how many, at least 1.
            newer_than: seconds on the monotonic clock, usually the trigger's.

        Raises:
            CameraError: there is no frame.
            CameraReleasedError: a release was requested before the last frame was taken, whether or not the camera
                has resumed since. The device is closed, and no frame is given.
        """
        released = self._released
        try:
            source = self._connected(released)
            frames = source.read(n, newer_than, released)
            require_not_released(released)
            if source.is_live:
                self._judge(frame.image for frame in frames)
        except (CameraError, OSError, cv2.error) as error:
            raise self._failed(error, released) from error
        self._found()
        return [
            replace(frame, image=orient(frame.image, rotation=self._rotation, mirror=self._mirror))
            for frame in frames
        ]

    def tick(self, now: float) -> bool:
        """Check the camera, or try a lost one again, if it is time to; close one that was asked to let go.

        An idle owner calls this several times a second.

        Args:
            now: seconds on the monotonic clock.

        Returns:
            Whether `available` changed.
        """
        released = self._released
        if released.is_set():
            self._let_go()
            return False
        if now < self._next_check:
            return False
        was_available = self.available
        try:
            seen = self._connected(released).check(released)
            require_not_released(released)
            self._judge([] if seen is None else [seen])
        except (CameraError, OSError, cv2.error) as error:
            self._failed(error, released)
        else:
            self._found()
        return self.available is not was_available

    def request_release(self) -> None:
        """Have the owner let go of the device, from any thread and without waiting.

        A burst or check that is running gives up as soon as the read that may block it returns; one that is not yet
        running does not begin; the next tick closes the device. All of it holds until `resume`.
        """
        self._released.set()

    def resume(self) -> None:
        """End a release, from any thread: the owner's next tick opens the camera again.

        A burst that began before the release was requested still gives up.
        """
        if self._released.is_set():
            self._released = Event()

    def release(self) -> None:
        """Request a release and let go of the device and of every picture at once; only for the owner."""
        self.request_release()
        self._let_go()

    def close(self) -> None:
        """Let go of everything, at the end of the node's life."""
        self.release()

    def _connected(self, released: Event) -> FrameSource:
        """Return the source, opened after the last release, if there was one.

        Raises:
            CameraReleasedError: it may not be used.
        """
        require_not_released(released)
        if self._released_at_last_use is not released:
            self._let_go()
            self._released_at_last_use = released
        if self._source is None:
            self._source = self._connect()
        return self._source

    def _let_go(self) -> None:
        self._frame_health = FrameHealth()
        self._next_check = float("-inf")  # for the first tick after it resumes
        self._close_source()

    def _close_source(self) -> None:
        if self._source is not None:
            self._source.close()

    def _judge(self, images: Iterable[Image]) -> None:
        """Check that the camera still sees.

        Raises:
            FrozenCameraError: it gives the same picture again and again.
        """
        for image in images:
            self._frame_health.update(image)
        if self._frame_health.is_frozen:
            message = (
                f"camera {self._description} is frozen: it gives the same picture again and again. It is opened "
                f"again; if that does not help, unplug it and plug it in again."
            )
            raise FrozenCameraError(message)

    def _found(self) -> None:
        now = self._clock()
        if not self.available:
            after = (
                ""
                if self._lost_at is None
                else f" after {now - self._lost_at:.0f} s and {self._failures} failures"
            )
            _LOG.info("camera %s is available%s", self._description, after)
        darkness = self._darkness()
        self._status = CameraStatus(
            is_available=True, fault=darkness, trouble=CameraTrouble.BLACK if darkness else None
        )
        self._failures = 0
        self._lost_at = None
        if self._source is not None:
            self._next_check = now + self._source.check_interval

    def _darkness(self) -> str | None:
        """Return the fault of black pictures, which are given all the same: the room may be dark."""
        if not self._frame_health.is_black:
            return None
        text = f"camera {self._description} gives only black pictures. Is its lens covered, or the room dark?"
        if self.fault != text:
            _LOG.warning("%s", text)
        return text

    def _failed(self, error: CameraError | OSError | cv2.error, released: Event) -> CameraError:
        """Close the device and return the error to raise; after a release, that is not a loss of the camera."""
        if released.is_set():
            self._let_go()
            return CameraReleasedError(RELEASED)
        return self._lost(error)

    def _lost(self, error: CameraError | OSError | cv2.error) -> CameraError:
        now = self._clock()
        text = redact_urls(
            str(error)
            if isinstance(error, CameraError)
            else f"camera {self._description} failed: {error}"
        )
        self._close_source()
        self._failures += 1
        delay = backoff(self._failures, self._jitter())
        self._next_check = now + delay
        if self._lost_at is None:
            self._lost_at = now
            _LOG.warning(
                "camera %s is not available: %s Trying again in %.0f s.",
                self._description,
                text,
                delay,
            )
        else:
            _LOG.debug(
                "camera %s: failure %d, next try in %.1f s",
                self._description,
                self._failures,
                delay,
            )
        trouble = error.trouble if isinstance(error, CameraError) else CameraTrouble.FAILED
        self._status = CameraStatus(is_available=False, fault=text, trouble=trouble)
        return CameraError(text)
