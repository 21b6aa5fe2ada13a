"""From logits to honest probabilities and useful thresholds, fitted on the validation split."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.perception.attributes import calibrate
from device.perception.bundle import Label
from model.evaluate import Answers, classification

_NEWTON_STEPS = 30
# A little pull towards "as the network says": a rare attribute has too few positives to overrule it.
_PRIOR_STRENGTH = 1.0
# A threshold may leave the most accurate one for a better F1, as long as accuracy pays no more than this.
_ACCURACY_PRICE = 0.002
_CANDIDATES = np.arange(0.2, 0.701, 0.01)


def fit_labels(names: tuple[str, ...], answers: Answers) -> tuple[Label, ...]:
    """Fit calibration and threshold of each label.

    Args:
        names: of the labels, in the order of the network's outputs.
        answers: the network's, on the validation split.
    """
    return tuple(
        _fit_label(name, answers.logits[:, i].astype(np.float64), answers.truth[:, i])
        for i, name in enumerate(names)
    )


def fit_platt(logits: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return scale and bias of the logistic regression of truth (N,) on logits (N,), by Newton's method."""
    features = np.stack([logits, np.ones_like(logits)], axis=1)
    prior = np.array([1.0, 0.0])
    weights = prior.copy()
    for _ in range(_NEWTON_STEPS):
        probabilities = 1 / (1 + np.exp(-np.clip(features @ weights, -80, 80)))
        gradient = features.T @ (probabilities - truth) + _PRIOR_STRENGTH * (weights - prior)
        curvature = (features.T * (probabilities * (1 - probabilities))) @ features
        weights -= np.linalg.solve(curvature + _PRIOR_STRENGTH * np.eye(2), gradient)
    # A network that knows nothing of a label may fit a negative slope; the order it gives is still kept.
    return max(float(weights[0]), 1e-3), float(weights[1])


def balanced_threshold(probabilities: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Return the threshold of the best F1 among those whose accuracy is within 0.2 points of the best."""
    figures = [classification(probabilities >= t, truth) for t in _CANDIDATES]
    enough = max(f["accuracy"] for f in figures) - _ACCURACY_PRICE
    best = max(
        (i for i, f in enumerate(figures) if f["accuracy"] >= enough),
        key=lambda i: (figures[i]["f1"], -abs(_CANDIDATES[i] - 0.5)),
    )
    return round(float(_CANDIDATES[best]), 2)


def _fit_label(name: str, logits: NDArray[np.float64], truth: NDArray[np.bool_]) -> Label:
    scale, bias = fit_platt(logits, truth)
    probabilities = calibrate(logits.astype(np.float32), scale, bias)
    threshold = balanced_threshold(probabilities, truth)
    figures = classification(probabilities >= threshold, truth)
    return Label(
        name=name,
        scale=round(scale, 5),
        bias=round(bias, 5),
        threshold=threshold,
        precision=round(figures["precision"], 4),
        recall=round(figures["recall"], 4),
    )
