"""Measuring an exported network through the product's own perception: detector, aligner, classifier, decisions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.networks.card import Aim, ModelCard
from device.networks.files import model_path
from device.perception.analysers.attributes import AttributeClassifier, decide
from model.celeba import CelebA, DataError, read_picture
from model.prepare import FaceFinder
from model.subgroups import skin_brightness

_ECE_BINS = 15
_EPSILON = 1e-7
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network said of the pictures of a split.

    Attributes:
        logits: (N, members, labels) float32, before calibration.
        truth: (N, labels) bool.
        no_face: how many pictures gave no face to the product's detector at the product's score; a weaker find
            stands in for the face there, and where there is none the picture's central square.
        brightness: (N,) float64, 0..1, of the skin region; see subgroups.skin_brightness.
        identities: (N,) int64, who the pictures show; -1 where unknown.
    """

    logits: NDArray[np.float32]
    truth: NDArray[np.bool_]
    no_face: int
    brightness: NDArray[np.float64]
    identities: NDArray[np.int64]


def evaluate(model: str, data: CelebA, split: str, aim: Aim = "balanced") -> dict[str, Any]:
    """Measure a model, given by name or path, on a split; see measure for the figures.

    Raises:
        DataError: the data cannot be read, see answer.
        ModelError: the model cannot.
    """
    classifier = AttributeClassifier.load(model_path(model), threads=os.cpu_count() or 1)
    answers = answer(classifier, data, split)
    return measure(classifier.card, classifier.calibrated(answers.logits), answers, aim)


def answer(classifier: AttributeClassifier, data: CelebA, split: str) -> Answers:
    """Run every picture of a split through detector, aligner and network.

    Raises:
        DataError: the split is empty, a picture cannot be read, or the label file lacks a label of the network.
    """
    columns = _columns(classifier.card, data)
    rows = data.rows(split)
    finder = FaceFinder()
    side, margin = classifier.card.input.side, classifier.card.input.margin
    logits = np.empty((len(rows), classifier.card.members, len(columns)), np.float32)
    brightness = np.empty(len(rows), np.float64)
    no_face = 0
    for i, row in enumerate(tqdm(rows, desc=f"answer {split}", unit="picture")):
        found = finder.crop(read_picture(data.pictures / str(data.names[row])), side, margin)
        logits[i] = classifier.logits(found.crop)
        brightness[i] = skin_brightness(found.crop)
        no_face += not found.is_certain
    truth = data.labels[rows][:, columns]
    return Answers(logits, truth, no_face, brightness, data.identities[rows])


def measure(
    card: ModelCard, probabilities: NDArray[np.float32], answers: Answers, aim: Aim = "balanced"
) -> dict[str, Any]:
    """Return the figures of a split, as `python -m model evaluate --json` prints them.

    Args:
        card: gives labels, thresholds and groups.
        probabilities: (N, labels) float32, calibrated, 0..1.
        answers: gives the truth.
        aim: which thresholds.
    """
    present = decisions(card, probabilities, aim)
    attributes = {
        label.name: {
            **classification(present[:, i], answers.truth[:, i]),
            "ece": calibration_error(probabilities[:, i], answers.truth[:, i]),
            "threshold": label.threshold(aim).value,
        }
        for i, label in enumerate(card.labels)
    }
    clipped = np.clip(probabilities.astype(np.float64), _EPSILON, 1 - _EPSILON)
    surprise = -np.where(answers.truth, np.log(clipped), np.log(1 - clipped))
    return {
        "model": f"{card.name} {card.version}",
        "pictures": len(answers.truth),
        "no_face": answers.no_face,
        "mean_accuracy": _mean(attributes, "accuracy"),
        # As the literature counts: no thresholds of the network's own, no groups.
        "accuracy_at_half": float(((probabilities >= _HALF) == answers.truth).mean()),
        "bce": float(surprise.mean()),
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


def classification(present: NDArray[np.bool_], truth: NDArray[np.bool_]) -> dict[str, float]:
    """Return accuracy, precision, recall and F1 (0..1, 0 where undefined) and the number of positives."""
    hits = int((present & truth).sum())
    claimed, positives = int(present.sum()), int(truth.sum())
    return {
        "accuracy": float((present == truth).mean()),
        "precision": hits / claimed if claimed else 0.0,
        "recall": hits / positives if positives else 0.0,
        "f1": 2 * hits / (claimed + positives) if claimed + positives else 0.0,
        "positives": positives,
    }


def calibration_error(probabilities: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over 15 equal bins.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    bins = np.minimum((probabilities * _ECE_BINS).astype(int), _ECE_BINS - 1)
    gaps = np.bincount(bins, probabilities - truth, _ECE_BINS)
    return float(np.abs(gaps).sum() / len(truth))


def _columns(card: ModelCard, data: CelebA) -> list[int]:
    missing = [label.name for label in card.labels if label.name not in data.attributes]
    if missing:
        msg = (
            f"{data.pictures.parent}: list_attr_celeba.txt lacks {', '.join(missing)}, "
            f"which model {card.name} answers"
        )
        raise DataError(msg)
    return [data.attributes.index(label.name) for label in card.labels]


def _mean(attributes: dict[str, dict[str, float]], figure: str) -> float:
    values: Sequence[float] = [figures[figure] for figures in attributes.values()]
    return float(np.mean(values))
