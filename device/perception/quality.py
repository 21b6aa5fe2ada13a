"""How well a face is seen: what the node refuses to judge, and how much each frame's vote weighs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from device.observation import Detection, Image, Keypoints, Reason

# From this size on (pixels, shorter side of the box) a larger face says no more: about the networks' own input.
_FULL_SIZE = 120.0
# The crop is compared at one size, so that the figure does not depend on the network's.
_MEASURED_SIDE = 96
# Ratio of the Laplacian's energy to the crop's contrast at which sharpness is one half; the variance of the
# Laplacian is a common focus measure (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000).
_HALF_SHARP = 0.06
# Of 0..1; a face as bright as this or brighter votes with full weight.
_FULL_BRIGHTNESS = 0.35
# The nose this far from the middle of the eyes, in distances between the eyes, is a profile.
_PROFILE = 0.7


@dataclass(frozen=True, slots=True)
class Quality:
    """How well one face is seen in one frame.

    Attributes:
        size: pixels, the shorter side of the box.
        sharpness: 0 (a smear) to 1.
        brightness: mean luma of the face, 0 (black) to 1 (white).
        pose: 0 (profile) to 1 (frontal).
    """

    size: float
    sharpness: float
    brightness: float
    pose: float

    @property
    def score(self) -> float:
        """All in one figure, 0..1: the geometric mean of the four, each 1 where more would not help."""
        parts = (
            min(self.size / _FULL_SIZE, 1.0),
            self.sharpness,
            min(self.brightness / _FULL_BRIGHTNESS, 1.0),
            self.pose,
        )
        return float(np.prod(parts) ** (1 / len(parts)))


@dataclass(frozen=True, slots=True)
class Gate:
    """The least that the node judges; the limits are configured."""

    min_size: float
    min_sharpness: float
    min_brightness: float

    def refuse(self, quality: Quality) -> Reason | None:
        """Return why a face is not judged, or None."""
        if quality.size < self.min_size:
            return Reason.TOO_SMALL
        if quality.brightness < self.min_brightness:
            return Reason.TOO_DARK
        if quality.sharpness < self.min_sharpness:
            return Reason.TOO_BLURRED
        return None


def measure(detection: Detection, crop: Image) -> Quality:
    """Measure a face from its detection and its canonical crop, (side, side, 3) uint8 BGR."""
    gray = cv2.cvtColor(
        cv2.resize(crop, (_MEASURED_SIDE, _MEASURED_SIDE), interpolation=cv2.INTER_AREA),
        cv2.COLOR_BGR2GRAY,
    )
    # The middle of the crop: the face without hair, collar and background.
    third = _MEASURED_SIDE // 4
    face = gray[third : 4 * third, third:-third].astype(np.float32)
    energy = float(cv2.Laplacian(face, cv2.CV_32F).var())
    # A face of a few grey levels is all sensor noise: the floor keeps noise from passing for detail.
    contrast = max(float(face.var()), 25.0)
    ratio = energy / contrast
    return Quality(
        size=detection.box.size,
        sharpness=ratio / (ratio + _HALF_SHARP),
        brightness=float(face.mean()) / 255,
        pose=_frontality(detection.keypoints),
    )


def _frontality(keypoints: Keypoints) -> float:
    right, left, nose = (keypoints[i].astype(np.float64) for i in range(3))
    between = left - right
    distance = float(np.hypot(*between))
    if distance < 1:
        return 0.0
    along = float(np.dot(nose - (left + right) / 2, between)) / distance**2
    return max(0.0, 1 - (abs(along) / _PROFILE) ** 2)
