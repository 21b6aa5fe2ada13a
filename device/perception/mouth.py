"""Whether a face shows its mouth; where it does not, nobody can say what the mouth does or what grows around it."""

from __future__ import annotations

import cv2
import numpy as np

from device.observation import Image, Keypoints
from device.perception.visibility import turn

MOUTH_LABELS = frozenset(
    {
        "5_o_Clock_Shadow",
        "Big_Lips",
        "Goatee",
        "Mouth_Slightly_Open",
        "Mustache",
        "No_Beard",
        "Smiling",
        "Wearing_Lipstick",
    }
)
"""Those of CelebA's labels that are read from the mouth and what is around it."""

# The limits come from `python -m model robustness`; docs/model-experiments.md has the figures.

# From the nose to the chin, as shares of the side of a crop with a margin of one.
_TOP, _BOTTOM, _LEFT, _RIGHT = 0.63, 0.8, 0.4, 0.6
# Redness is compared at one size, so that noise of single pixels is averaged away in a large crop.
_MEASURED_SIDE_PIXELS = 128
# Standard deviation of a* (CIE 1976), from green to red: lips are redder than the skin around them.
# Of CelebA's pictures without anything before the mouth 0.2 to 1.1 % have less.
_MIN_REDNESS = 1.6
# Mean distance of a* and b* from gray; a picture without colors, as of an infrared camera, shows nothing red.
_MIN_COLOR = 2.0
_GRAY = 128.0
# With the nose this far from the middle of the eyes, in distances between the eyes, the face is in profile.
_PROFILE = 0.7


def is_mouth_hidden(crop: Image, keypoints: Keypoints, margin: float = 1.0) -> bool:
    """Return whether something is in front of the mouth, or the face looks too far away to show it.

    Args:
        crop: the canonical crop, (side, side, 3) uint8 BGR.
        keypoints: of the detection.
        margin: of the crop; see alignment.align.
    """
    if turn(keypoints) > _PROFILE:
        return True
    side = _MEASURED_SIDE_PIXELS
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    colors = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)[..., 1:].astype(np.float32)
    top, bottom, left, right = (
        round(((share - 0.5) / margin + 0.5) * side) for share in (_TOP, _BOTTOM, _LEFT, _RIGHT)
    )
    face = colors[side // 4 : -side // 4, side // 4 : -side // 4]
    if float(np.abs(face - _GRAY).mean()) < _MIN_COLOR:
        return False
    return float(colors[top:bottom, left:right, 0].std()) < _MIN_REDNESS
