"""From logits to calibrated probabilities and useful thresholds, fitted on the validation split.

Every person has the same weight there, however many pictures show them: a few who are shown often would otherwise
decide what the node says about everybody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.networks.card import Label
from device.networks.section import Threshold
from device.perception.analysers.attributes import calibrate
from model.evaluation.predictions import Predictions
from model.training.logistic_regression import FloatArray, fit_scales

# A point of accuracy is given up only for this many points of F1: otherwise a rare attribute would never be found.
_F1_PER_ACCURACY = 10.0
# Among thresholds of the same score the one next to a half is taken.
_TIE = 1e-9
_CANDIDATES = np.arange(0.1, 0.991, 0.01)
PROMISED_PRECISION = 0.95
# A promise kept by fewer true positives than these is luck.
_FEWEST_TRUE_POSITIVES = 10


def fit_labels(names: tuple[str, ...], predictions: Predictions) -> tuple[Label, ...]:
    """Fit calibration and thresholds of each label.

    Args:
        names: of the labels, in the order of the network's outputs.
        predictions: the network's, on the validation split. What they cannot show does not count; a label that none
            of them shows promises nothing.
    """
    return tuple(
        _fit_label(
            name,
            predictions.logits[shown, :, i].astype(np.float64),
            predictions.truth[shown, i],
            equal_people(predictions.identities[shown]),
        )
        if (shown := predictions.visible[:, i]).any()
        else unfitted(name, predictions.logits.shape[1])
        for i, name in enumerate(names)
    )


def unfitted(name: str, members: int) -> Label:
    """Return a label that is still to be calibrated, and promises nothing."""
    half = Threshold(value=0.5, precision=0, recall=0)
    return Label(name=name, scales=(1 / members,) * members, bias=0, balanced=half, precise=half)


def equal_people(identities: NDArray[np.int64]) -> FloatArray:
    """Return a weight for each picture, 1 on average, so that every person has the same weight.

    Args:
        identities: (N,) int64; -1 is a person who is in no other picture.
    """
    people, of, pictures = np.unique(identities, return_inverse=True, return_counts=True)
    shares = np.where(people < 0, 1.0, 1 / pictures)[of]
    return np.asarray(shares / shares.mean(), np.float64)


def balanced_threshold(probabilities: NDArray[np.float32], weights: FloatArray) -> float:
    """Return the threshold of the best F1, where a loss of accuracy weighs ten times as much as a gain of F1.

    Both are expected from the calibrated probabilities, not counted on the labels: that would fit the threshold to a
    few wrong labels, and does worse on other people.

    Args:
        probabilities: (N,) float32, calibrated.
        weights: (N,) float64, of the pictures, 1 on average.
    """
    predicted = probabilities[:, None] >= _CANDIDATES
    true_positives, predicted_positives = (weights * probabilities) @ predicted, weights @ predicted
    positives = weights @ probabilities
    f1 = 2 * true_positives / (predicted_positives + positives)
    errors = predicted_positives + positives - 2 * true_positives
    accuracy = 1 - errors / len(probabilities)
    score = f1 + _F1_PER_ACCURACY * accuracy - _TIE * np.abs(_CANDIDATES - 0.5)
    return float(_CANDIDATES[score.argmax()])


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
        true_positives = int((truth & (probabilities >= value)).sum())
        figures = describe(float(value), probabilities, truth, weights)
        is_kept = figures.precision >= PROMISED_PRECISION
        if is_kept and true_positives >= _FEWEST_TRUE_POSITIVES:
            return float(value)
    return balanced


def describe(
    value: float,
    probabilities: NDArray[np.float32],
    truth: NDArray[np.bool_],
    weights: FloatArray,
) -> Threshold:
    """Return a threshold with the precision and recall on weighted pictures; see precise_threshold."""
    predicted = probabilities >= value
    true_positives = float(weights @ (predicted & truth))
    predicted_positives, positives = float(weights @ predicted), float(weights @ truth)
    return Threshold(
        value=round(value, 2),
        precision=round(true_positives / predicted_positives, 4) if predicted_positives else 0,
        recall=round(true_positives / positives, 4) if positives else 0,
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
