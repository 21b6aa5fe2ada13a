"""Arithmetic that detection, attributes and training share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

# Below its negative exp overflows float32, and the answer is 0 to the last bit.
_LARGEST_LOGIT = 80.0


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(-x)) of each logit, any shape, as float32 in 0..1."""
    bounded = np.maximum(logits, -_LARGEST_LOGIT)
    return np.asarray(1 / (1 + np.exp(-bounded)), np.float32)


def in_plane(points: Iterable[Sequence[float]]) -> list[complex]:
    """Return points (x, y) as complex numbers x + iy: a product turns and scales, far quicker than small arrays."""
    return [complex(x, y) for x, y in points]
