"""Whether a face shows its mouth: nobody can say what a mouth does behind a mask, or name whoever wears it.

A mask or a scarf has other colors than the forehead, and lips are redder and darker than what is around them. OpenCV's
own conversion would do for the colors, but keeps tables of 5 MB.
"""

from __future__ import annotations

from functools import cache
from math import hypot
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from device.networks.section import Section
from device.observation import Image, Keypoints
from device.perception.visibility import PROFILE, turn

FloatArray: TypeAlias = NDArray[np.float32]
_Region: TypeAlias = tuple[float, float, float, float]

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

# Enough for what is looked at, and little noise.
_SIDE_PIXELS = 56
# In the recognition crop, as shares of its side: top, bottom, left, right.
_FOREHEAD: _Region = (0.30, 0.42, 0.30, 0.70)
_HAIRLINE: _Region = (0.18, 0.30, 0.35, 0.65)
_BRIDGE: _Region = (0.48, 0.54, 0.46, 0.54)
_NOSE: _Region = (0.56, 0.68, 0.43, 0.57)
_RIGHT_CHEEK: _Region = (0.55, 0.66, 0.20, 0.36)
_LEFT_CHEEK: _Region = (0.55, 0.66, 0.64, 0.80)
_MOUTH: _Region = (0.70, 0.95, 0.30, 0.70)
_LIPS: _Region = (0.68, 0.98, 0.40, 0.60)
_EYES: _Region = (0.38, 0.55, 0.0, 1.0)

# Where sRGB (IEC 61966-2-1) and L*a*b* (CIE 15) are straight lines.
_DARK, _LINEAR = 0.04045, 0.008856
# Linear blue, green and red of sRGB to XYZ, each as a share of the white of D65.
_BGR_TO_XYZ = np.array(
    [
        [0.180423 / 0.950456, 0.357580 / 0.950456, 0.412453 / 0.950456],
        [0.072169, 0.715160, 0.212671],
        [0.950227 / 1.088754, 0.119193 / 1.088754, 0.019334 / 1.088754],
    ],
    np.float32,
)

# Mean distance of a* and b* from gray; a picture without colors, as of an infrared camera, shows no lips either.
_MIN_COLOR = 2.0

TRAITS = 35
"""How many numbers `traits` returns."""
RED_OF_LIPS = 28
"""Which of them says how much a* varies from the nose to the chin."""


class MouthRule(Section):
    """What decides whether something is in front of a mouth; fitted by `python -m model masks --fit`.

    Attributes:
        weights: of the traits, whose sum is compared with the limit.
        limit: above it the mouth is hidden.
        min_red: how much the red must vary from the nose to the chin: a hand has the skin's color, and no lips.
    """

    weights: tuple[float, ...]
    limit: float
    min_red: float

    def hides(self, traits: NDArray[np.floating[Any]]) -> bool:
        """Return whether a face with these traits, (35,), has something in front of its mouth."""
        is_other = float(traits @ np.array(self.weights)) > self.limit
        return is_other or float(traits[RED_OF_LIPS]) < self.min_red


@cache
def mouth_rule() -> MouthRule:
    """Return the rule that Facet comes with: mouth.json, as `python -m model masks --fit` prints it."""
    return MouthRule.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())


def is_mouth_hidden(crop: Image, keypoints: Keypoints) -> bool:
    """Return whether something is in front of the mouth, or the face looks too far away to show it.

    Args:
        crop: the recognition crop, (side, side, 3) uint8 BGR.
        keypoints: of the detection.
    """
    if turn(keypoints) > PROFILE:
        return True
    seen = colors(crop)
    if float(np.abs(seen[1:]).mean()) < _MIN_COLOR:
        return False
    return mouth_rule().hides(traits(seen))


def colors(crop: Image) -> FloatArray:
    """Return L*, a* and b* (CIE 1976) of a recognition crop, (side, side, 3) uint8 BGR, as traits needs them.

    Returns:
        (3, 56, 56) float32.
    """
    small = cv2.resize(crop, (_SIDE_PIXELS, _SIDE_PIXELS), interpolation=cv2.INTER_AREA)
    xyz = _BGR_TO_XYZ @ cv2.LUT(small, _light()).reshape(-1, 3).T
    x, y, z = np.where(xyz > _LINEAR, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lab = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])
    return lab.reshape(3, _SIDE_PIXELS, _SIDE_PIXELS)


@cache
def _light() -> FloatArray:
    """Return the light of each of the 256 values of a color in sRGB, (256,) float32 in 0..1."""
    values = np.arange(256, dtype=np.float32) / 255
    return np.where(values <= _DARK, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def traits(lab: FloatArray) -> FloatArray:
    """Return what tells a covered mouth from one that is seen, (35,) float32.

    For nose, cheeks and mouth: how far their color is from the skin's, as it is, absolute, and without the lightness;
    how much colors vary on mouth and nose; how red and dark the lips are against what is around them; and how sharp
    mouth and eyes are. A beard is dark, but neither smooth nor colored, and leaves lips and nose.

    Args:
        lab: L*, a* and b*, (3, 56, 56); see colors.
    """
    skin = _median(_pixels(lab, _FOREHEAD, _HAIRLINE, _BRIDGE))
    mouth, nose = _pixels(lab, _MOUTH), _pixels(lab, _NOSE)
    found: list[float] = []
    for seen in (mouth, nose, _pixels(lab, _RIGHT_CHEEK, _LEFT_CHEEK)):
        light, red, yellow = away = [a - b for a, b in zip(_median(seen), skin, strict=True)]
        found += [abs(light), abs(red), abs(yellow), hypot(red, yellow), *away]
    found += [*_spread(mouth), *_spread(nose)]
    lips = _cut(lab, _LIPS).mean(axis=2)
    light, red, _ = _median(lips)
    found += [*_spread(lips), float(lips[1].max()) - red, light - float(lips[0].min())]
    found += [
        _steps(_cut(lab, _MOUTH)[0]),
        _steps(_cut(lab, _MOUTH)[0].T),
        _steps(_cut(lab, _EYES)[0]),
    ]
    return np.array(found, np.float32)


def _cut(lab: FloatArray, region: _Region) -> FloatArray:
    top, bottom, left, right = (round(share * _SIDE_PIXELS) for share in region)
    return lab[:, top:bottom, left:right]


def _pixels(lab: FloatArray, *regions: _Region) -> FloatArray:
    return np.concatenate([_cut(lab, region).reshape(3, -1) for region in regions], axis=1)


def _median(values: FloatArray) -> list[float]:
    """Return the median of each row, as NumPy's own, which takes longer to prepare than to compute."""
    ordered, count = np.sort(values), values.shape[1]
    lower, upper = ordered[:, (count - 1) // 2].tolist(), ordered[:, count // 2].tolist()
    return [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]


def _spread(values: FloatArray) -> list[float]:
    """Return the standard deviation of each row."""
    return [cv2.meanStdDev(row)[1].item() for row in values]


def _steps(lightness: FloatArray) -> float:
    """Return how far apart rows are that follow each other."""
    return cv2.norm(lightness[1:], lightness[:-1], cv2.NORM_L1) / lightness[1:].size
