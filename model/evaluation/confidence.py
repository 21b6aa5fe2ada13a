"""How far a figure could be off by the choice of the test pictures: bootstrap intervals.

Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile intervals).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.evaluation.evaluate import negative_log_likelihood

_RESAMPLES = 1000
_LEVEL = (2.5, 97.5)


def intervals(
    present: NDArray[np.bool_],
    probabilities: NDArray[np.float32],
    truth: NDArray[np.bool_],
    visible: NDArray[np.bool_],
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of mean accuracy, BCE and macro F1.

    Args:
        present: (N, labels) bool, decided.
        probabilities: (N, labels) float32, calibrated, 0..1.
        truth: (N, labels) bool.
        visible: (N, labels) bool: which of these count.
    """
    count = len(truth)
    random = np.random.default_rng(0)
    # How often each picture is drawn: the figures of all resamples are then matrix products.
    draws = random.multinomial(count, np.full(count, 1 / count), _RESAMPLES).astype(np.float64)
    shown = visible.any(axis=0)
    present, truth, visible = present[:, shown], truth[:, shown], visible[:, shown]
    likelihood = negative_log_likelihood(probabilities[:, shown], truth) * visible
    labels = draws @ visible
    true_positives = draws @ (present & truth & visible)
    positives = draws @ (present & visible) + draws @ (truth & visible)
    right = draws @ ((present == truth) & visible)
    resampled = {
        "mean_accuracy": (right / np.maximum(labels, 1)).mean(axis=1),
        "bce": draws @ likelihood.sum(axis=1) / labels.sum(axis=1),
        "macro_f1": (2 * true_positives / np.maximum(positives, 1)).mean(axis=1),
    }
    bounds = {name: np.percentile(values, _LEVEL) for name, values in resampled.items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}
