"""A logistic regression that starts from the mean of its features, for calibration and for soft labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.perception.arithmetic import sigmoid

FloatArray = NDArray[np.float64]

_NEWTON_STEPS = 30
# A pull towards "as the features say, on average": a rare attribute has too few positives to overrule it.
_PRIOR_STRENGTH = 10.0
_SMALLEST_SCALE = 1e-3


def fit_scales(
    logits: FloatArray, truth: NDArray[np.bool_], weights: FloatArray
) -> tuple[FloatArray, float]:
    """Return scales (members,) and bias of the logistic regression of truth on the members' logits.

    Args:
        logits: (N, members) float64.
        truth: (N,) bool.
        weights: (N,) float64, of the pictures, 1 on average.
    """
    features = np.column_stack([logits, np.ones(len(logits))])
    members = logits.shape[1]
    prior = np.array([*[1 / members] * members, 0.0])
    fitted = prior.copy()
    # Newton's method.
    for _ in range(_NEWTON_STEPS):
        probabilities = probability(features @ fitted)
        errors = weights * (probabilities - truth)
        gradient = features.T @ errors + _PRIOR_STRENGTH * (fitted - prior)
        spread = weights * probabilities * (1 - probabilities)
        curvature = (features.T * spread) @ features + _PRIOR_STRENGTH * np.eye(len(prior))
        fitted -= np.linalg.solve(curvature, gradient)
    # A member that knows nothing of a label may get a negative slope; the order that it gives is still kept.
    return np.maximum(fitted[:-1], _SMALLEST_SCALE), float(fitted[-1])


def probability(logits: FloatArray) -> FloatArray:
    """Return the probabilities, 0..1, of logits of any shape; rounded to float32 like the node's."""
    return sigmoid(logits.astype(np.float32)).astype(np.float64)
