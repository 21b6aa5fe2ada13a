"""From logits to honest probabilities and useful thresholds, fitted on the validation split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from device.perception.attributes import calibrate
from device.perception.bundle import Label, Threshold
from model.evaluate import Answers, classification

_NEWTON_STEPS = 30
# A pull towards "as the members say, on average": a rare attribute has too few positives to overrule it.
_PRIOR_STRENGTH = 3.0
_LEAST_SCALE = 1e-3
# A point of accuracy is given up only for so many points of F1: otherwise a rare attribute would never be found.
_F1_PER_ACCURACY = 4.0
_CANDIDATES = np.arange(0.1, 0.991, 0.01)
PROMISED_PRECISION = 0.95
# A promise kept by fewer right answers than these is luck.
_LEAST_HITS = 10


def fit_labels(names: tuple[str, ...], answers: Answers) -> tuple[Label, ...]:
    """Fit calibration and thresholds of each label.

    Args:
        names: of the labels, in the order of the network's outputs.
        answers: the network's, on the validation split.
    """
    return tuple(
        _fit_label(name, answers.logits[:, :, i].astype(np.float64), answers.truth[:, i])
        for i, name in enumerate(names)
    )


def fit_scales(
    logits: NDArray[np.float64], truth: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Return scales (members,) and bias of the logistic regression of truth on the members' logits.

    Args:
        logits: (N, members) float64.
        truth: (N,) bool.
    """
    features = np.column_stack([logits, np.ones(len(logits))])
    members = logits.shape[1]
    prior = np.array([*[1 / members] * members, 0.0])
    weights = prior.copy()
    # Newton's method.
    for _ in range(_NEWTON_STEPS):
        probabilities = 1 / (1 + np.exp(-np.clip(features @ weights, -80, 80)))
        gradient = features.T @ (probabilities - truth) + _PRIOR_STRENGTH * (weights - prior)
        curvature = (features.T * (probabilities * (1 - probabilities))) @ features
        weights -= np.linalg.solve(curvature + _PRIOR_STRENGTH * np.eye(len(prior)), gradient)
    # A member that knows nothing of a label may get a negative slope; the order that it gives is still kept.
    return np.maximum(weights[:-1], _LEAST_SCALE), float(weights[-1])


def balanced_threshold(probabilities: NDArray[np.float32], truth: NDArray[np.bool_]) -> Threshold:
    """Return the threshold of the best F1, where a loss of accuracy weighs four times as much as a gain of F1.

    Args:
        probabilities: (N,) float32, calibrated.
        truth: (N,) bool.
    """

    def worth(candidate: tuple[float, dict[str, float]]) -> tuple[float, float]:
        value, figures = candidate
        return figures["f1"] + _F1_PER_ACCURACY * figures["accuracy"], -abs(value - 0.5)

    return _threshold(*max(_candidates(probabilities, truth), key=worth))


def precise_threshold(
    probabilities: NDArray[np.float32], truth: NDArray[np.bool_], balanced: Threshold
) -> Threshold:
    """Return the lowest threshold, not below the balanced one, that keeps the promised precision.

    Args:
        probabilities: (N,) float32, calibrated.
        truth: (N,) bool.
        balanced: is returned where no threshold keeps the promise.
    """
    positives = int(truth.sum())
    return next(
        (
            _threshold(value, figures)
            for value, figures in _candidates(probabilities, truth)
            if round(value, 2) >= balanced.value
            and figures["precision"] >= PROMISED_PRECISION
            and figures["recall"] * positives >= _LEAST_HITS
        ),
        balanced,
    )


def _candidates(
    probabilities: NDArray[np.float32], truth: NDArray[np.bool_]
) -> Iterator[tuple[float, dict[str, float]]]:
    for value in _CANDIDATES:
        yield float(value), classification(probabilities >= value, truth)


def _threshold(value: float, figures: dict[str, float]) -> Threshold:
    return Threshold(
        value=round(value, 2),
        precision=round(figures["precision"], 4),
        recall=round(figures["recall"], 4),
    )


def _fit_label(name: str, logits: NDArray[np.float64], truth: NDArray[np.bool_]) -> Label:
    scales, bias = fit_scales(logits, truth)
    weights = scales[:, None].astype(np.float32)
    probabilities = calibrate(logits[:, :, None].astype(np.float32), weights, bias)[:, 0]
    balanced = balanced_threshold(probabilities, truth)
    return Label(
        name=name,
        scales=tuple(round(float(scale), 5) for scale in scales),
        bias=round(bias, 5),
        balanced=balanced,
        precise=precise_threshold(probabilities, truth, balanced),
    )
