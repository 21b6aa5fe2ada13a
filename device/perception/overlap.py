"""How much boxes overlap: whether two detections are one face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from device.observation import Box

FloatT = TypeVar("FloatT", np.float32, np.float64)

SAME_FACE_IOU = 0.3
"""Finds in one picture that overlap by more than this are one face."""

# Of a face, in parts of its size: a tile of a frame shows at least this much of a face that is too large for it.
_SMALLEST_PART = 1 / 3
# Square pixels; boxes without area overlap nothing.
_SMALLEST_UNION = 1e-9


def corners(*boxes: Box) -> NDArray[np.float64]:
    """Return left, top, right and bottom of boxes, (N, 4) float64 in pixels."""
    rows = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    return np.array(rows, np.float64).reshape(-1, 4)


def iou(box: NDArray[FloatT], boxes: NDArray[FloatT]) -> NDArray[FloatT]:
    """Return the intersection over union of a box with each of some boxes, (N,) in 0..1.

    Args:
        box: (4,): left, top, right, bottom.
        boxes: (N, 4).
    """
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = _areas(high - low)
    union = _areas(box[2:] - box[:2]) + _areas(boxes[:, 2:] - boxes[:, :2]) - shared
    return np.asarray(shared / np.maximum(union, _SMALLEST_UNION), boxes.dtype)


def _areas(sides: NDArray[FloatT]) -> NDArray[FloatT]:
    """Return the areas of (..., 2) sides; none where one is negative."""
    sides = np.maximum(sides, 0)
    return np.asarray(sides[..., 0] * sides[..., 1], sides.dtype)


def is_among(box: Box, faces: Sequence[Box]) -> bool:
    """Return whether a box is that of one of the faces, or of a part of one.

    What is much smaller than the face in which it lies is another one: a whole frame may be taken for a face.
    """
    if not faces:
        return False
    x, y = box.x + box.width / 2, box.y + box.height / 2
    places = corners(*faces)
    is_within = np.all((places[:, :2] <= (x, y)) & ((x, y) <= places[:, 2:]), axis=1)
    is_part = is_within & (box.size >= _SMALLEST_PART * np.array([face.size for face in faces]))
    return bool((is_part | (iou(corners(box)[0], places) > SAME_FACE_IOU)).any())
