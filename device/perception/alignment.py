"""Crops with every face upright, of one size, at one place. Training and running share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Image, Keypoints
from device.perception.arithmetic import in_plane

_ALIGNED_BY = 4  # eyes, nose and mouth; the ears are guesses on most faces

Points: TypeAlias = tuple[
    tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]
]
"""Right eye, left eye, nose tip and mouth centre, x and y as shares of a crop's side."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Where a face lies in its crop.

    Attributes:
        template: where the keypoints come to lie.
        is_scaled_by_longest: whether the longer of two distances, between the eyes and from eyes to mouth, decides how
            large the face becomes, instead of what fits all keypoints best. A turned head shortens one of them, and
            would come out too large.
    """

    template: Points
    is_scaled_by_longest: bool = False


CANONICAL = Framing(((0.393, 0.472), (0.607, 0.472), (0.5, 0.611), (0.5, 0.709)))
"""With hair, hat brim and collar: medians of the detector's keypoints on CelebA's aligned pictures (178x218), within a
square of side 184 at (-3, 26)."""

RECOGNITION = Framing(
    ((0.3419, 0.4616), (0.6565, 0.4598), (0.5002, 0.6405), (0.5012, 0.8240)),
    is_scaled_by_longest=True,
)
"""From the eyebrows to the chin: the five points that face embeddings are trained with (Deng et al., "ArcFace", CVPR
2019), of a crop of 112 pixels, with the corners of the mouth averaged."""

OUTSIDE = (127, 127, 127)
"""BGR of what lies outside of the picture: grey, which is zero for a network whose input is -1..1."""

_MIN_LINEAR_SCALE = 0.5
# Of a distance; points that coincide have none.
_SMALLEST = 1e-9


def align(
    image: Image,
    keypoints: Keypoints,
    side: int,
    margin: float = 1.0,
    framing: Framing = CANONICAL,
) -> Image:
    """Cut a crop of a face.

    Args:
        image: (H, W, 3) uint8, BGR.
        keypoints: (6, 2) float32, pixels; see observation.Keypoints.
        side: of the crop, in pixels.
        margin: 1.0 is the framing itself; 1.2 shows a fifth more on each side, for augmentation.
        framing: where the face lies in the crop.

    Returns:
        (side, side, 3) uint8, BGR.
    """
    middle = 0.5 + 0.5j
    places = in_plane(framing.template)
    template = [((place - middle) / margin + middle) * side for place in places]
    points = in_plane(keypoints[:_ALIGNED_BY].tolist())
    turn = _turn(points, template)
    if framing.is_scaled_by_longest:
        turn *= _scale_by_longest(points, template) / max(abs(turn), _SMALLEST)
    shift = _mean(template) - turn * _mean(points)
    return _warp(image, turn, shift, side)


def align_whole(image: Image, side: int, margin: float = 1.0) -> Image:
    """Cut the central square of a picture that is known to show a face although none was found."""
    height, width = image.shape[:2]
    turn = complex(side / (min(height, width) * margin))
    return _warp(image, turn, complex(side, side) / 2 - turn * complex(width, height) / 2, side)


def _turn(points: Sequence[complex], target: Sequence[complex]) -> complex:
    """Return with what points are to be multiplied to come closest to a target, but for a shift: least squares."""
    middle, aim = _mean(points), _mean(target)
    centred = [point - middle for point in points]
    turned = sum(z.conjugate() * (t - aim) for z, t in zip(centred, target, strict=True))
    return turned / max(sum(abs(z) ** 2 for z in centred), _SMALLEST)


def _scale_by_longest(points: Sequence[complex], target: Sequence[complex]) -> float:
    """Return the scale at which neither distance exceeds the target's."""
    distances = zip(eye_and_mouth_distance(points), eye_and_mouth_distance(target), strict=True)
    return min(aim / max(found, _SMALLEST) for found, aim in distances)


def eye_and_mouth_distance(points: Sequence[complex]) -> tuple[float, float]:
    """Return the distance between the eyes, and that from between them to the mouth."""
    right, left, _, mouth = points
    return abs(left - right), abs(mouth - (left + right) / 2)


def _mean(points: Sequence[complex]) -> complex:
    return sum(points) / len(points)


def _warp(image: Image, turn: complex, shift: complex, side: int) -> Image:
    """Return what lies in the square of a side when each point of a picture is turned and shifted."""
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    if 0 < abs(turn) < _MIN_LINEAR_SCALE:
        # Bilinear sampling of a large face would skip pixels and show noise that training never saw. Only the part of
        # the picture around the face is shrunk: the rest of a large photograph would cost more than the network.
        image, matrix = _shrink_around_crop(image, matrix, side, abs(turn))
    return cast(
        "Image",
        cv2.warpAffine(
            image,
            matrix,
            (side, side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=OUTSIDE,
        ),
    )


def _shrink_around_crop(
    image: Image, matrix: NDArray[np.float64], side: int, scale: float
) -> tuple[Image, NDArray[np.float64]]:
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]]) @ back.T
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(corners.min(0)).astype(int), 0, [width - 1, height - 1])
    right, bottom = np.clip(
        np.ceil(corners.max(0)).astype(int), [left + 1, top + 1], [width, height]
    )
    part = image[top:bottom, left:right]
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    ratio = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ np.array([left, top])
    moved[:, :2] = matrix[:, :2] / ratio
    return cast("Image", small), moved
