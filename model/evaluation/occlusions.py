"""What hides a part of a face, painted on purpose: sunglasses, a mask, a hand; and a face that looks away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Detection, Image
from model.evaluation.faults import Fault
from model.evaluation.painted_masks import paint

Points: TypeAlias = NDArray[np.float64]
"""(N, 2), x and y in distances between the eyes: the eyes lie at (-0.5, 0) and (0.5, 0), the mouth below."""

_Place: TypeAlias = Callable[[Points], NDArray[np.int32]]
"""From such points to pixels."""

# Sunglasses are glasses, and behind them nobody knows more.
_GLASSES: Mapping[str, bool] = MappingProxyType({"Eyeglasses": True})
_NOTHING: Mapping[str, bool] = MappingProxyType({})
_BLACK = (25, 22, 20)
# Draws the shape of a mask.
_SEED = 0
# Fractions of a pixel that OpenCV paints: 1/16.
_SHIFT = 4
# The radius of the cylinder on which a face is painted that turns away, how far it reaches up and down, and how soft
# its edge is.
_RADIUS, _UP, _DOWN, _EDGE = 1.15, 1.6, 2.0, 0.2
# Fingers lie side by side, from the knuckles to the tips.
_FINGERS = [
    np.array([(-1.3, y + 0.25), (0.35 - 0.12 * abs(i - 1), y)])
    for i, y in enumerate((-0.3, -0.03, 0.24, 0.5))
]
_FINGER_WIDTH = 0.27


def occlusions() -> Iterator[Fault]:
    """Yield what may hide a part of a face, in several kinds, and faces that look away."""
    for opacity in (0.7, 0.85, 1.0):
        paint = partial(_sunglasses, opacity=opacity)
        yield Fault("sunglasses", f"opaque to {opacity:.0%}", paint, _GLASSES)
    for kind in ("surgical", "white", "black"):
        yield Fault("mask", kind, partial(_mask, kind=kind), _NOTHING)
    for name, down in (("mouth", 1.1), ("nose and mouth", 0.8), ("one eye", 0.0)):
        yield Fault("hand", f"before {name}", partial(_hand, down=down), _NOTHING)
    for degrees in (20, 35, 50, 65):
        yield Fault("turned", f"{degrees} degrees", partial(_turned, degrees=degrees), _NOTHING)


def _sunglasses(image: Image, face: Detection, opacity: float) -> Image:
    to_pixels, unit = _placed(face)
    painted = image.copy()
    lens = np.array(cv2.ellipse2Poly((0, 0), (42, 30), 0, 0, 360, 10)) / 100
    for x in (-0.5, 0.5):
        cv2.fillPoly(painted, [to_pixels(lens + np.array((x, 0.04)))], _BLACK, cv2.LINE_AA, _SHIFT)
    shaded = cv2.addWeighted(painted, opacity, image, 1 - opacity, 0)
    for frame in (np.array([(-0.12, -0.08), (0.12, -0.08)]), np.array([(0.9, 0), (1.15, -0.05)])):
        for side in (1, -1):
            ends = to_pixels(frame * (side, 1))
            thickness = max(1, round(0.07 * unit))
            cv2.polylines(shaded, [ends], False, _BLACK, thickness, cv2.LINE_AA, _SHIFT)  # noqa: FBT003
    return np.asarray(shaded, np.uint8)


def _mask(image: Image, face: Detection, kind: str) -> Image:
    return paint(image, face.keypoints, kind, np.random.default_rng(_SEED))


def _hand(image: Image, face: Detection, down: float) -> Image:
    to_pixels, unit = _placed(face)
    skin = _skin(image, to_pixels, unit)
    painted = image.copy()
    for finger in _FINGERS:
        ends = to_pixels(finger + np.array((0, down)))
        for width, light in ((_FINGER_WIDTH, 0.75), (0.85 * _FINGER_WIDTH, 1.0)):
            color = tuple(light * value for value in skin)
            thickness = max(1, round(width * unit))
            cv2.polylines(painted, [ends], False, color, thickness, cv2.LINE_AA, _SHIFT)  # noqa: FBT003
    return _lit_alike(painted, image, to_pixels, unit)


def _turned(image: Image, face: Detection, degrees: float) -> Image:
    """Turn a face on a cylinder, whose axis runs down through the middle of the head."""
    to_picture = _matrix(face)
    ends = np.array([(x, y) for x in (-_RADIUS, _RADIUS) for y in (-_UP, _DOWN)])
    pixels = ends @ to_picture[:, :2].T + to_picture[:, 2]
    limit = np.array(image.shape[1::-1])
    left, top = np.clip(np.floor(pixels.min(axis=0)), 0, limit).astype(int)
    right, bottom = np.clip(np.ceil(pixels.max(axis=0)), 0, limit).astype(int)
    columns, rows = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    grid = np.stack([columns, rows], axis=-1)
    flat = (grid - to_picture[:, 2]) @ np.linalg.inv(to_picture[:, :2]).T
    x, y = flat[..., 0] / _RADIUS, flat[..., 1]
    angle = np.arcsin(np.clip(x, -1, 1)) - np.radians(degrees)
    # What was hidden before shows the edge of the head, and the head ends softly in what is around it.
    source = np.sin(np.clip(angle, -np.pi / 2, np.pi / 2)) * _RADIUS
    inside = np.clip((1 - np.abs(x)) / _EDGE, 0, 1)
    inside *= np.clip((y + _UP) / _EDGE, 0, 1) * np.clip((_DOWN - y) / _EDGE, 0, 1)
    flat[..., 0] += inside * (source - flat[..., 0])
    at = (flat @ to_picture[:, :2].T + to_picture[:, 2]).astype(np.float32)
    turned = image.copy()
    turned[top:bottom, left:right] = cv2.remap(
        image, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return turned


def _matrix(face: Detection) -> NDArray[np.float64]:
    """Return (2, 3): from distances between the eyes to pixels, the mouth below whatever the roll."""
    right, left, mouth = (face.keypoints[i].astype(np.float64) for i in (0, 1, 3))
    middle, across = (right + left) / 2, left - right
    down = np.array([-across[1], across[0]])
    # In a face that looks away the eyes are close; the mouth's distance says how large it is.
    length = max(float(np.hypot(*across)), float(np.hypot(*(mouth - middle))) / 1.1)
    unit = length / max(float(np.hypot(*across)), 1e-6)
    return np.column_stack([across * unit, down * unit, middle])


def _placed(face: Detection) -> tuple[_Place, float]:
    """Return what turns points into OpenCV's fixed-point pixels, and the distance between the eyes in pixels."""
    matrix = _matrix(face)

    def to_pixels(points: Points) -> NDArray[np.int32]:
        pixels = points @ matrix[:, :2].T + matrix[:, 2]
        return np.asarray(np.rint(pixels * 2**_SHIFT), np.int32)

    return to_pixels, float(np.hypot(*matrix[:, 0]))


def _skin(image: Image, to_pixels: _Place, unit: float) -> NDArray[np.float64]:
    """Return the color of the cheeks, BGR."""
    radius = max(1, round(0.12 * unit))
    parts = []
    for x in (-0.45, 0.45):
        column, row = (to_pixels(np.array([(x, 0.55)]))[0] / 2**_SHIFT).astype(int)
        part = image[max(0, row - radius) : row + radius, max(0, column - radius) : column + radius]
        parts.append(part.reshape(-1, 3))
    return np.asarray(np.median(np.concatenate(parts), axis=0), np.float64)


def _lit_alike(painted: Image, image: Image, to_pixels: _Place, unit: float) -> Image:
    """Shade what was painted as bright as the face is."""
    light = float(_skin(image, to_pixels, unit).mean())
    touched = (painted != image).any(axis=2)
    shaded = painted.astype(np.float32)
    shaded[touched] *= min(1.0, 0.35 + light / 200)
    return np.asarray(np.clip(shaded, 0, 255), np.uint8)
