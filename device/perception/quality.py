"""How well a face is seen: which faces the node rejects, and how much each frame's sample weighs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from device.observation import Detection, Image, Keypoints, Reason

# A face of more pixels (shorter side of the box) shows no more: it is about what the networks' input has.
_FULL_SIZE_PIXELS = 120.0
# The crop is compared at one size, so that the figure does not depend on the network's.
_MEASURED_SIDE_PIXELS = 96
# Ratio of the Laplacian's energy to the crop's contrast at which sharpness is one half; the variance of the
# Laplacian is a common focus measure (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000).
_HALF_SHARP = 0.06
# Of 0..1; a face at least as bright as this has full weight.
_FULL_BRIGHTNESS = 0.35
# With the nose this far from the middle of the eyes, in distances between the eyes, the face is in profile.
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
        """The geometric mean of the four, 0..1, each of which is 1 where more would not help."""
        factors = (
            min(self.size / _FULL_SIZE_PIXELS, 1.0),
            self.sharpness,
            min(self.brightness / _FULL_BRIGHTNESS, 1.0),
            self.pose,
        )
        return float(np.prod(factors) ** (1 / len(factors)))


@dataclass(frozen=True, slots=True)
class Gate:
    """The minimum quality that the node judges, as configured.

    Attributes:
        min_size: pixels, the shorter side of the box.
        min_sharpness: 0..1.
        min_brightness: 0..1.
    """

    min_size: float
    min_sharpness: float
    min_brightness: float

    def reject(self, quality: Quality) -> Reason | None:
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
        cv2.resize(
            crop, (_MEASURED_SIDE_PIXELS, _MEASURED_SIDE_PIXELS), interpolation=cv2.INTER_AREA
        ),
        cv2.COLOR_BGR2GRAY,
    )
    # The middle of the crop: the face without hair, collar and background.
    quarter = _MEASURED_SIDE_PIXELS // 4
    face = gray[quarter : 4 * quarter, quarter:-quarter].astype(np.float32)
    energy = float(cv2.Laplacian(face, cv2.CV_32F).var())
    # The detail of a face of only a few grey levels is sensor noise; the floor keeps it from counting as sharpness.
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
