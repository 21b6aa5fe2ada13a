"""Masks and scarves that are painted on pictures of faces: no set of pictures with real ones is free of other flaws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Image, Keypoints

_Floats: TypeAlias = NDArray[np.float64]
# Of 0..255; at this one the cloth has its own lightness.
_WELL_LIT = 150.0
_CURVE_STEPS = 12
# Of the patterned ones, and of all: how many have a second color, and how many are in the light of the picture.
_CHECKED, _SHADED = 0.6, 0.75
# Half the width of a seam, from the eyes to the mouth.
_SEAM = 0.03
_STRIPE, _CHECK = 0.2, 0.4


@dataclass(frozen=True, slots=True)
class _Face:
    """A face's own axes: from its right to its left, and from the eyes to the mouth.

    Attributes:
        middle: between the eyes, in pixels.
        across: unit vector.
        down: unit vector.
        width: pixels that count as one across.
        height: from the eyes to the mouth, in pixels: one down.
        nose: how far the nose is from the middle, across.
        ears: how far the right and the left edge of the face are, across.
    """

    middle: _Floats
    across: _Floats
    down: _Floats
    width: float
    height: float
    nose: float
    ears: tuple[float, float]

    @classmethod
    def of(cls, keypoints: Keypoints) -> _Face:
        right, left, nose, mouth, right_ear, left_ear = keypoints.astype(np.float64)
        middle = (right + left) / 2
        height = max(float(np.hypot(*(mouth - middle))), 1.0)
        down = (mouth - middle) / height
        across = np.array([down[1], -down[0]])
        if np.dot(across, left - right) < 0:
            across = -across
        width = max(float(np.hypot(*(left - right))), 0.95 * height)

        def along(point: _Floats) -> float:
            return float(np.dot(point - middle, across)) / width

        edges = (
            float(np.clip(along(right_ear), -1.15, -0.55)),
            float(np.clip(along(left_ear), 0.55, 1.15)),
        )
        return cls(middle, across, down, width, height, along(nose), edges)

    def place(self, x: float, y: float) -> _Floats:
        return self.middle + self.across * x * self.width + self.down * y * self.height

    def grid(self, shape: tuple[int, ...]) -> tuple[_Floats, _Floats]:
        """Return x and y of each pixel."""
        rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
        away = np.stack([columns - self.middle[0], rows - self.middle[1]], axis=-1)
        return away @ self.across / self.width, away @ self.down / self.height


_Cloth: TypeAlias = Callable[[_Floats, _Floats, np.random.Generator], _Floats]
"""Returns the BGR color, 0..255, at x and y of a face."""


def _near(color: tuple[float, float, float], spread: float, chance: np.random.Generator) -> _Floats:
    return np.clip(np.array(color) + chance.normal(0, spread, 3), 3, 252)


def _plain(x: _Floats, color: _Floats) -> _Floats:
    return np.ones((*x.shape, 1)) * color


def _surgical(x: _Floats, y: _Floats, chance: np.random.Generator) -> _Floats:
    blue, green, pink = (210.0, 190.0, 145.0), (170.0, 190.0, 140.0), (200.0, 170.0, 200.0)
    color = _near((blue, blue, green, pink)[chance.integers(4)], 14, chance)
    pleats = 1 + 0.07 * np.sin(2 * np.pi * chance.uniform(3, 6) * y + chance.uniform(0, 6))
    return _plain(x, color) * pleats[..., None]


def _white(x: _Floats, _: _Floats, chance: np.random.Generator) -> _Floats:
    seam = 1 - 0.18 * np.exp(-((x / 0.05) ** 2))
    return _plain(x, _near((235, 235, 235), 8, chance)) * seam[..., None]


def _black(x: _Floats, _: _Floats, chance: np.random.Generator) -> _Floats:
    return _plain(x, _near((28, 26, 26), 8, chance))


def _one_color(x: _Floats, _: _Floats, chance: np.random.Generator) -> _Floats:
    return _plain(x, chance.uniform(20, 230, 3))


def _skin_color(x: _Floats, _: _Floats, chance: np.random.Generator) -> _Floats:
    return _plain(x, _near((150, 175, 205), 16, chance))


def _patterned(x: _Floats, y: _Floats, chance: np.random.Generator) -> _Floats:
    angle, stripes = chance.uniform(0, np.pi), chance.uniform(2, 7)
    along, across = (
        x * np.cos(angle) + y * np.sin(angle),
        -x * np.sin(angle) + y * np.cos(angle),
    )
    cloth = _plain(x, chance.uniform(10, 245, 3))
    cloth[np.sin(2 * np.pi * stripes * along) > _STRIPE] = chance.uniform(10, 245, 3)
    if chance.random() < _CHECKED:
        cloth[np.sin(2 * np.pi * stripes * across) > _CHECK] = chance.uniform(10, 245, 3)
    return cloth


def _with_valve(x: _Floats, y: _Floats, chance: np.random.Generator) -> _Floats:
    seam = 0.25 * (np.abs(y - 1) < _SEAM)
    valve = 0.2 * (np.hypot((x - 0.35) / 0.18, (y - 1.1) / 0.2) < 1)
    return _plain(x, _near((120, 120, 120), 25, chance)) * (1 - seam - valve)[..., None]


SCARF = "scarf"
KINDS: Mapping[str, _Cloth] = {
    "surgical": _surgical,
    "white": _white,
    "black": _black,
    "one color": _one_color,
    "skin color": _skin_color,
    "patterned": _patterned,
    "with valve": _with_valve,
    SCARF: _patterned,
}
"""The cloth of each kind. Only a scarf reaches below the chin, and it may leave the nose free."""


def paint(image: Image, keypoints: Keypoints, kind: str, chance: np.random.Generator) -> Image:
    """Cover mouth and nose of a face, with or without folds and the light that is on the face.

    Args:
        image: (H, W, 3) uint8 BGR.
        keypoints: (6, 2) float32, pixels; see observation.Keypoints.
        kind: one of KINDS.
        chance: draws shape, color and light.
    """
    face = _Face.of(keypoints)
    outline = _scarf(face, chance) if kind == SCARF else _mask(face, chance)
    covered = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(covered, [np.round(_smooth(outline) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    x, y = face.grid(image.shape)
    cloth = KINDS[kind](x - face.nose, y, chance) * _light(image, face)
    if chance.random() < _SHADED:
        cloth *= _shading(image, face, x - face.nose, y, chance)[..., None]
    cloth += chance.normal(0, 2.5, (*x.shape, 1))
    soft = max(0.4, 0.012 * face.width)
    opaque = cv2.GaussianBlur(covered.astype(np.float64) / 255, (0, 0), soft)[..., None]
    return np.clip(image * (1 - opaque) + cloth * opaque, 0, 255).astype(np.uint8)


def _mask(face: _Face, chance: np.random.Generator) -> _Floats:
    top, side = chance.uniform(0.22, 0.5), chance.uniform(0.42, 0.7)
    jaw, chin = chance.uniform(1.15, 1.4), chance.uniform(1.62, 1.85)
    (right, left), nose = np.array(face.ears) * chance.uniform(0.88, 1), face.nose
    upper = (side + top) / 2 + 0.05
    corners = [
        (right, side),
        (right * 0.55 + nose * 0.3, upper),
        (nose * 0.75, top),
        (left * 0.55 + nose * 0.3, upper),
        (left, side),
        (left * 0.85, jaw),
        (left * 0.45 + nose * 0.3, chin * 0.96),
        (nose * 0.5, chin),
        (right * 0.45 + nose * 0.3, chin * 0.96),
        (right * 0.85, jaw),
    ]
    return np.array([face.place(*corner) for corner in corners])


def _scarf(face: _Face, chance: np.random.Generator) -> _Floats:
    side, top = chance.uniform(0.4, 0.6), chance.uniform(0.45, 0.75)
    right, left = face.ears
    corners = [
        (right * 1.15, side),
        (face.nose * 0.5, top),
        (left * 1.15, side),
        (left * 1.3, 2.6),
        (right * 1.3, 2.6),
    ]
    return np.array([face.place(*corner) for corner in corners])


def _smooth(corners: _Floats) -> _Floats:
    """Return a closed Catmull-Rom curve through the corners."""
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    beyond = np.roll(corners, -2, axis=0)
    steps = np.linspace(0, 1, _CURVE_STEPS, endpoint=False)[None, :, None]
    a, b, c, d = (points[:, None] for points in (before, corners, after, beyond))
    curve = 2 * b + (c - a) * steps + (2 * a - 5 * b + 4 * c - d) * steps**2
    return np.reshape((curve + (3 * b - a - 3 * c + d) * steps**3) / 2, (-1, 2))


def _light(image: Image, face: _Face) -> float:
    left, top = np.maximum(face.middle - face.width * np.array([0.6, 0.3]), 0).astype(int)
    right, bottom = np.ceil(face.middle + face.width * 0.6).astype(int)
    part = image[top:bottom, left:right]
    return float(np.clip(np.median(part) / _WELL_LIT, 0.25, 1.35)) if part.size else 1.0


def _shading(
    image: Image, face: _Face, x: _Floats, y: _Floats, chance: np.random.Generator
) -> _Floats:
    """Return how much lighter each pixel is: round as a face, lit from one side, in folds, as the picture is there."""
    round_face = 1 - 0.25 * chance.uniform(0.4, 1.3) * np.clip(x, -1.2, 1.2) ** 2
    sided = chance.uniform(-0.25, 0.25) * x - chance.uniform(0, 0.2) * (y - 1)
    size = x.shape[1], x.shape[0]
    folds = cv2.resize(chance.normal(0, 0.06, (6, 6)), size, interpolation=cv2.INTER_CUBIC)
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float64)
    around = cv2.GaussianBlur(gray, (0, 0), max(1.0, 0.3 * face.width))
    lit = np.clip(around / (_WELL_LIT * _light(image, face)), 0.5, 1.6) ** chance.uniform(0.2, 0.9)
    return np.asarray(np.clip(round_face + sided + folds, 0.25, 1.5) * lit, np.float64)
