"""A USB camera as Video4Linux and OpenCV show it: it keeps old frames, and reports that it is open when unplugged."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.clock import Clock

BUFFERS = 4
INTERVAL = 0.1


@dataclass
class UsbCamera:
    """The device: its state, whichever capture has opened it.

    Attributes:
        clock: its time; a grab that has to wait moves it.
        is_plugged: whether it is there.
        is_starved: whether no frame arrives although the device answers.
        on_open: called by each opening; it may block.
        on_grab: called by each grab before it takes a frame; it may block.
        has_timestamps: whether the driver gives frames the time of the monotonic clock.
        damaged: how many of the next frames will not decode.
        is_frozen: whether it gives the same picture again and again.
        is_covered: whether no light reaches it.
        frames: how many different pictures it gave.
        shape: of each frame.
        opened: the captures that were made, newest last.
    """

    clock: Clock
    is_plugged: bool = True
    is_starved: bool = False
    has_timestamps: bool = True
    on_open: Callable[[], None] = lambda: None
    on_grab: Callable[[], None] = lambda: None
    damaged: int = 0
    is_frozen: bool = False
    is_covered: bool = False
    frames: int = 0
    shape: tuple[int, ...] = (48, 64, 3)
    opened: list[CameraCapture] = field(default_factory=list)

    def open(self, target: str, backend: int, parameters: Sequence[int]) -> CameraCapture:
        """Stand in for cv2.VideoCapture: never fails, whether or not the camera is there."""
        del target, backend, parameters
        self.on_open()
        self.opened.append(CameraCapture(self))
        return self.opened[-1]


class CameraCapture:
    """One opening of the device. While nobody reads, its buffers keep the oldest frames."""

    def __init__(self, camera: UsbCamera) -> None:
        self.camera = camera
        self.released = False
        self.properties: dict[int, float] = {}
        self._alive = camera.is_plugged
        self._filled: deque[float] = deque()
        self._newest = camera.clock()
        self._grabbed = 0.0

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Return True until it is released, like OpenCV, even when the camera is gone."""
        return not self.released

    def grab(self) -> bool:
        """Take the oldest frame of the buffers, or wait for one."""
        self.camera.on_grab()
        self._alive = self._alive and self.camera.is_plugged and not self.released
        if not self._alive:
            return False
        if self.camera.is_starved:
            self.camera.clock.seconds += 2.0
            return False
        self._let_the_driver_fill_its_buffers()
        if not self._filled:
            self.camera.clock.seconds = self._newest + INTERVAL
            self._let_the_driver_fill_its_buffers()
        self._grabbed = self._filled.popleft()
        return True

    def retrieve(self) -> tuple[bool, NDArray[np.uint8] | None]:
        """Return a picture that differs from the one before, or nothing for a damaged frame."""
        if self.camera.damaged:
            self.camera.damaged -= 1
            return False, None
        image = np.full(self.camera.shape, 0 if self.camera.is_covered else 100, np.uint8)
        if not self.camera.is_covered and not self.camera.is_frozen:
            self.camera.frames += 1
            image[0, 0] = self.camera.frames % 200
        return True, image

    def get(self, propId: int, /) -> float:  # noqa: N803 - OpenCV's name
        """Return a property, or the timestamp of the frame that was grabbed."""
        if propId == cv2.CAP_PROP_POS_MSEC:
            return self._grabbed * 1000 if self.camera.has_timestamps else 0.0
        return self.properties.get(propId, 0.0)

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803 - OpenCV's name
        """Accept everything, as some drivers do."""
        self.properties[propId] = value
        return True

    def release(self) -> None:
        """Close it permanently."""
        self.released = True

    def _let_the_driver_fill_its_buffers(self) -> None:
        now = self.camera.clock()
        while self._newest + INTERVAL <= now + 1e-9:
            self._newest += INTERVAL
            if len(self._filled) < BUFFERS:
                self._filled.append(self._newest)
