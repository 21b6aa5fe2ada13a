"""Arithmetic that detection, attributes and training share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Beyond it exp overflows float32, and the answer is 0 or 1 to the last bit.
_LARGEST_LOGIT = 80.0


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(-x)) of each logit, any shape, as float32 in 0..1."""
    bounded = np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)
    return np.asarray(1 / (1 + np.exp(-bounded)), np.float32)
