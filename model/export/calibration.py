"""From logits to honest probabilities and useful thresholds, fitted on the validation split.

Every person counts the same there, however many pictures show them: a few who are shown often would otherwise decide
what the node says of everybody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.perception.attributes import calibrate
from device.perception.bundle import Label, Threshold
from model.evaluation.evaluate import Answers

_NEWTON_STEPS = 30
# A pull towards "as the members say, on average": a rare attribute has too few positives to overrule it.
_PRIOR_STRENGTH = 10.0
_LEAST_SCALE = 1e-3
# A point of accuracy is given up only for so many points of F1: otherwise a rare attribute would never be found.
_F1_PER_ACCURACY = 10.0
# Among thresholds of the same worth the one next to a half is taken.
_TIE = 1e-9
_CANDIDATES = np.arange(0.1, 0.991, 0.01)
PROMISED_PRECISION = 0.95
# A promise kept by fewer right answers than these is luck.
_LEAST_HITS = 10

FloatArray = NDArray[np.float64]


def fit_labels(names: tuple[str, ...], answers: Answers) -> tuple[Label, ...]:
    """Fit calibration and thresholds of each label.

    Args:
        names: of the labels, in the order of the network's outputs.
        answers: the network's, on the validation split.
    """
    weights = equal_people(answers.identities)
    return tuple(
        _fit_label(name, answers.logits[:, :, i].astype(np.float64), answers.truth[:, i], weights)
        for i, name in enumerate(names)
    )


def equal_people(identities: NDArray[np.int64]) -> FloatArray:
    """Return a weight for each picture, 1 on average, so that every person weighs the same.

    Args:
        identities: (N,) int64; -1 is somebody who is in no other picture.
    """
    people, of, pictures = np.unique(identities, return_inverse=True, return_counts=True)
    shares = np.where(people < 0, 1.0, 1 / pictures)[of]
    return np.asarray(shares / shares.mean(), np.float64)


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
        probabilities = logistic(features @ fitted)
        misses = weights * (probabilities - truth)
        gradient = features.T @ misses + _PRIOR_STRENGTH * (fitted - prior)
        spread = weights * probabilities * (1 - probabilities)
        curvature = (features.T * spread) @ features + _PRIOR_STRENGTH * np.eye(len(prior))
        fitted -= np.linalg.solve(curvature, gradient)
    # A member that knows nothing of a label may get a negative slope; the order that it gives is still kept.
    return np.maximum(fitted[:-1], _LEAST_SCALE), float(fitted[-1])


def logistic(logits: FloatArray) -> FloatArray:
    """Return probabilities, 0..1, of logits of any size."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))))


def balanced_threshold(probabilities: NDArray[np.float32], weights: FloatArray) -> float:
    """Return the threshold of the best F1, where a loss of accuracy weighs ten times as much as a gain of F1.

    Both are what the calibrated probabilities promise, not what the labels say: counting labels once more would fit the
    threshold to a few wrong ones, and does worse on other people.

    Args:
        probabilities: (N,) float32, calibrated.
        weights: (N,) float64, of the pictures, 1 on average.
    """
    claimed = probabilities[:, None] >= _CANDIDATES
    hits, claims = (weights * probabilities) @ claimed, weights @ claimed
    positives = weights @ probabilities
    f1 = 2 * hits / (claims + positives)
    accuracy = 1 - (claims + positives - 2 * hits) / len(probabilities)
    worth = f1 + _F1_PER_ACCURACY * accuracy - _TIE * np.abs(_CANDIDATES - 0.5)
    return float(_CANDIDATES[worth.argmax()])


def precise_threshold(
    probabilities: NDArray[np.float32],
    truth: NDArray[np.bool_],
    weights: FloatArray,
    balanced: float,
) -> float:
    """Return the lowest threshold, not below the balanced one, that keeps the promised precision.

    Args:
        probabilities: (N,) float32, calibrated.
        truth: (N,) bool.
        weights: (N,) float64, of the pictures.
        balanced: is returned where no threshold keeps the promise.
    """
    for value in _CANDIDATES[balanced - _TIE < _CANDIDATES]:
        hits = int((truth & (probabilities >= value)).sum())
        figures = describe(float(value), probabilities, truth, weights)
        if figures.precision >= PROMISED_PRECISION and hits >= _LEAST_HITS:
            return float(value)
    return balanced


def describe(
    value: float,
    probabilities: NDArray[np.float32],
    truth: NDArray[np.bool_],
    weights: FloatArray,
) -> Threshold:
    """Return a threshold with the precision and recall that it has on weighted pictures; see precise_threshold."""
    claimed = probabilities >= value
    hits = float(weights @ (claimed & truth))
    claims, positives = float(weights @ claimed), float(weights @ truth)
    return Threshold(
        value=round(value, 2),
        precision=round(hits / claims, 4) if claims else 0,
        recall=round(hits / positives, 4) if positives else 0,
    )


def _fit_label(
    name: str, logits: FloatArray, truth: NDArray[np.bool_], weights: FloatArray
) -> Label:
    scales, bias = fit_scales(logits, truth, weights)
    columns = scales[:, None].astype(np.float32)
    probabilities = calibrate(logits[:, :, None].astype(np.float32), columns, bias)[:, 0]
    balanced = balanced_threshold(probabilities, weights)
    precise = precise_threshold(probabilities, truth, weights, balanced)
    return Label(
        name=name,
        scales=tuple(round(float(scale), 5) for scale in scales),
        bias=round(bias, 5),
        balanced=describe(balanced, probabilities, truth, weights),
        precise=describe(precise, probabilities, truth, weights),
    )
