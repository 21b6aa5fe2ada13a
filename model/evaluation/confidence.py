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
    present: NDArray[np.bool_], probabilities: NDArray[np.float32], truth: NDArray[np.bool_]
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of mean accuracy, BCE and macro F1.

    Args:
        present: (N, labels) bool, decided.
        probabilities: (N, labels) float32, calibrated, 0..1.
        truth: (N, labels) bool.
    """
    count = len(truth)
    random = np.random.default_rng(0)
    # How often each picture is drawn: the figures of all resamples are then matrix products.
    draws = random.multinomial(count, np.full(count, 1 / count), _RESAMPLES).astype(np.float64)
    likelihood = negative_log_likelihood(probabilities, truth).mean(axis=1)
    true_positives = draws @ (present & truth)
    f1 = 2 * true_positives / np.maximum(draws @ present + draws @ truth, 1)
    resampled = {
        "mean_accuracy": draws @ (present == truth).mean(axis=1) / count,
        "bce": draws @ likelihood / count,
        "macro_f1": f1.mean(axis=1),
    }
    bounds = {name: np.percentile(values, _LEVEL) for name, values in resampled.items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}
