"""The figures of an exported network on a split: what the product decides, compared with the labels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.networks.card import ModelCard
from device.networks.files import model_path
from device.networks.section import Aim
from device.perception.analysers.attributes import AttributeClassifier, decide
from model.data.celeba import CelebA
from model.evaluation.predictions import Predictions, predict

_ECE_BINS = 15
_SMALLEST_PROBABILITY = 1e-7
_HALF = 0.5


def evaluate(model: str, data: CelebA, split: str, aim: Aim = "balanced") -> dict[str, Any]:
    """Measure a model, given by name or path, on a split; see measure for the figures.

    Raises:
        DataError: the data cannot be read, see predict.
        ModelError: the model cannot be read.
    """
    path = model_path(model)
    classifier = AttributeClassifier.load(path, threads=os.cpu_count() or 1)
    predictions = predict(classifier, data, split)
    found = measure(classifier.card, classifier.calibrated(predictions.logits), predictions, aim)
    # As the file is called: that for eight-bit arithmetic has the float network's description.
    return found | {"model": f"{path.stem} {classifier.card.version}"}


def measure(
    card: ModelCard,
    probabilities: NDArray[np.float32],
    predictions: Predictions,
    aim: Aim = "balanced",
) -> dict[str, Any]:
    """Return the figures of a split, as `python -m model evaluate --json` prints them; masked labels do not count.

    Args:
        card: gives labels, thresholds and groups.
        probabilities: (N, labels) float32, calibrated, 0..1.
        predictions: gives the truth.
        aim: which thresholds.
    """
    truth, visible = predictions.truth, predictions.visible
    present = decisions(card, probabilities, aim)
    attributes = {
        label.name: {
            **classification(present[shown, i], truth[shown, i]),
            "pictures": int(shown.sum()),
            "ece": calibration_error(probabilities[shown, i], truth[shown, i]),
            "threshold": label.threshold(aim).value,
        }
        for i, label in enumerate(card.labels)
        if (shown := visible[:, i]).any()
    }
    return {
        "model": f"{card.name} {card.version}",
        "pictures": len(truth),
        "no_face": predictions.no_face,
        "mean_accuracy": _mean(attributes, "accuracy"),
        # As the literature counts: neither the network's thresholds nor groups.
        "accuracy_at_half": float(((probabilities >= _HALF) == truth)[visible].mean()),
        "bce": float(negative_log_likelihood(probabilities, truth)[visible].mean()),
        "macro_f1": _mean(attributes, "f1"),
        "ece": _mean(attributes, "ece"),
        "attributes": attributes,
    }


def decisions(
    card: ModelCard, probabilities: NDArray[np.float32], aim: Aim = "balanced"
) -> NDArray[np.bool_]:
    """Decide as the node does, groups included: (N, labels) bool."""
    return np.array(
        [
            [a.present for a in decide(row, card, aim=aim).attributes.values()]
            for row in probabilities
        ]
    )


def negative_log_likelihood(
    probabilities: NDArray[np.float32], truth: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return -log of the probability that was given to the truth, in nats, in the shape of both."""
    bounded = np.clip(
        probabilities.astype(np.float64), _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY
    )
    return np.asarray(-np.where(truth, np.log(bounded), np.log(1 - bounded)))


def classification(present: NDArray[np.bool_], truth: NDArray[np.bool_]) -> dict[str, float]:
    """Return accuracy, precision, recall and F1 (0..1, 0 where undefined) and the number of positives."""
    true_positives = int((present & truth).sum())
    predicted, positives = int(present.sum()), int(truth.sum())
    return {
        "accuracy": float((present == truth).mean()),
        "precision": true_positives / predicted if predicted else 0.0,
        "recall": true_positives / positives if positives else 0.0,
        "f1": 2 * true_positives / (predicted + positives) if predicted + positives else 0.0,
        "positives": positives,
    }


def calibration_error(probabilities: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over 15 equal bins.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    bins = np.minimum((probabilities * _ECE_BINS).astype(int), _ECE_BINS - 1)
    gaps = np.bincount(bins, probabilities - truth, _ECE_BINS)
    return float(np.abs(gaps).sum() / len(truth))


def _mean(attributes: dict[str, dict[str, float]], figure: str) -> float:
    values: Sequence[float] = [figures[figure] for figures in attributes.values()]
    return float(np.mean(values))
