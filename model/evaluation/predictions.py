"""What an exported network predicts for a split, through the product's own detector, aligner and classifier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.networks.card import ModelCard
from device.perception.analysers.attributes import AttributeClassifier
from model.data.celeba import CelebA, read_picture
from model.data.faces import FaceFinder
from model.errors import DataError
from model.evaluation.subgroups import skin_brightness


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a network predicts for the pictures of a split.

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


def predict(classifier: AttributeClassifier, data: CelebA, split: str) -> Predictions:
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
    for i, row in enumerate(tqdm(rows, desc=f"predict {split}", unit="picture")):
        found = finder.crop(read_picture(data.pictures / str(data.names[row])), side, margin)
        logits[i] = classifier.logits(found.crop)
        brightness[i] = skin_brightness(found.crop)
        no_face += not found.is_certain
    truth = data.labels[rows][:, columns]
    return Predictions(logits, truth, no_face, brightness, data.identities[rows])


def _columns(card: ModelCard, data: CelebA) -> list[int]:
    missing = [label.name for label in card.labels if label.name not in data.attributes]
    if missing:
        message = (
            f"{data.pictures.parent}: list_attr_celeba.txt lacks {', '.join(missing)}, "
            f"which model {card.name} predicts"
        )
        raise DataError(message)
    return [data.attributes.index(label.name) for label in card.labels]
