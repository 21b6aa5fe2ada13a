"""How much boxes overlap: whether two detections are one face."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from device.observation import Box

FloatT = TypeVar("FloatT", np.float32, np.float64)

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
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1)
    union = np.prod(np.clip(box[2:] - box[:2], 0, None)) + areas - shared
    return np.asarray(shared / np.maximum(union, _SMALLEST_UNION), boxes.dtype)
