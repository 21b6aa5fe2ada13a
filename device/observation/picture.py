"""A picture of a burst, and where in it there is a face."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from device.observation.values import utc_now

Image: TypeAlias = NDArray[np.uint8]
"""A picture: (H, W, 3) uint8, BGR."""


Keypoints: TypeAlias = NDArray[np.float32]
"""Right eye, left eye (the subject's), nose tip, mouth centre, right ear, left ear.

(6, 2) float32, x and y in pixels.
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture of a burst.

    Attributes:
        image: the picture.
        captured_at: when the camera took it, in UTC; a file is taken when it is read.
        monotonic: the same moment on the monotonic clock, in seconds: a later trigger is not answered by this frame.
    """

    image: Image
    captured_at: datetime = field(default_factory=utc_now)
    monotonic: float = field(default_factory=monotonic)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; x and y are its upper left corner, which may lie outside of the picture."""

    x: float
    y: float
    width: float
    height: float

    @property
    def size(self) -> float:
        """The shorter side, in pixels."""
        return min(self.width, self.height)

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Detection:
    """A face that the detector found in one frame; score is 0..1."""

    box: Box
    keypoints: Keypoints
    score: float
