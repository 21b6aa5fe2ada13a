"""Crops with every face upright, of one size, at one place. Training and running share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Image, Keypoints

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
    template = ((np.array(framing.template) - 0.5) / margin + 0.5) * side
    points = keypoints[:_ALIGNED_BY].astype(np.float64)
    matrix = similarity(points, template)
    if framing.is_scaled_by_longest:
        matrix = _rescaled(matrix, points, template)
    return _warp(image, matrix, side)


def align_whole(image: Image, side: int, margin: float = 1.0) -> Image:
    """Cut the central square of a picture that is known to show a face although none was found."""
    height, width = image.shape[:2]
    scale = side / (min(height, width) * margin)
    centre = np.array([width / 2, height / 2])
    matrix = np.hstack([np.eye(2) * scale, (side / 2 - scale * centre)[:, None]])
    return _warp(image, matrix, side)


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rotation, scale and shift (2, 3) that bring source (N, 2) closest to target (N, 2).

    Least squares in closed form: in the plane a similarity is multiplication with a complex number.
    """
    a, b = source[:, 0] + 1j * source[:, 1], target[:, 0] + 1j * target[:, 1]
    centred = a - a.mean()
    turn = np.vdot(centred, b - b.mean()) / max(float(np.vdot(centred, centred).real), 1e-9)
    shift = b.mean() - turn * a.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _rescaled(
    matrix: NDArray[np.float64], points: NDArray[np.float64], template: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a similarity with the scale at which neither distance exceeds the template's."""
    target, found = eye_and_mouth_distance(template), eye_and_mouth_distance(points)
    scale = min(t / max(f, 1e-9) for t, f in zip(target, found, strict=True))
    turn = matrix[:, :2] * (scale / max(float(np.hypot(*matrix[:, 0])), 1e-9))
    shift = template.mean(axis=0) - turn @ points.mean(axis=0)
    return np.hstack([turn, shift[:, None]])


def eye_and_mouth_distance(points: NDArray[np.float64]) -> tuple[float, float]:
    """Return the distance between the eyes, and that from between them to the mouth; points is (4 or more, 2)."""
    right, left, mouth = points[0], points[1], points[3]
    return float(np.hypot(*(left - right))), float(np.hypot(*(mouth - (left + right) / 2)))


def _warp(image: Image, matrix: NDArray[np.float64], side: int) -> Image:
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if 0 < scale < _MIN_LINEAR_SCALE:
        # Bilinear sampling of a large face would skip pixels and show noise that training never saw. Only the part of
        # the picture around the face is shrunk: the rest of a large photograph would cost more than the network.
        image, matrix = _shrink_around_crop(image, matrix, side, scale)
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
