"""What an exported network predicts for a split, through the product's own detector, aligner and classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.networks.card import ModelCard
from device.perception.analysers.attributes import AttributeClassifier
from model.data.celeba import SPLITS, CelebA, are_superseded, read_picture
from model.data.faces import FaceFinder
from model.errors import DataError
from model.evaluation.subgroups import skin_brightness


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a network predicts for the pictures of a split.

    Attributes:
        logits: (N, members, labels) float32, before calibration.
        truth: (N, labels) bool.
        visible: (N, labels) bool: whether the picture can show it; if not, the truth counts nowhere.
        no_face: how many pictures gave no face to the product's detector at the product's score; a weaker find
            stands in for the face there, and where there is none the picture's central square.
        brightness: (N,) float64, 0..1, of the skin region; see subgroups.skin_brightness.
        identities: (N,) int64, who the pictures show; -1 where unknown.
    """

    logits: NDArray[np.float32]
    truth: NDArray[np.bool_]
    visible: NDArray[np.bool_]
    no_face: int
    brightness: NDArray[np.float64]
    identities: NDArray[np.int64]


def predict(classifier: AttributeClassifier, data: CelebA, split: str) -> Predictions:
    """Run every picture of a split through detector, aligner and network.

    Raises:
        DataError: the split is empty, a picture cannot be read, or the label file lacks a label of the network.
    """
    return _predict(classifier, data, data.rows(split), split)


def predict_together(
    classifier: AttributeClassifier, folders: Sequence[CelebA], split: str
) -> Predictions:
    """Run the pictures that a split has in all folders; of a picture that several have, the last one's counts.

    Raises:
        DataError: the split is empty in all of them; else as predict.
    """
    having = [data for data in folders if (data.splits == SPLITS.index(split)).any()]
    having = having or list(folders[:1])
    rows = [data.rows(split) for data in having]
    superseded = are_superseded([data.names[of] for data, of in zip(having, rows, strict=True)])
    parts = [
        _predict(classifier, data, of[~later], split)
        for data, of, later in zip(having, rows, superseded, strict=True)
    ]
    return Predictions(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.visible for part in parts]),
        sum(part.no_face for part in parts),
        np.concatenate([part.brightness for part in parts]),
        np.concatenate([part.identities for part in parts]),
    )


def _predict(
    classifier: AttributeClassifier, data: CelebA, rows: NDArray[np.int64], split: str
) -> Predictions:
    columns = _columns(classifier.card, data)
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
    truth, visible = data.labels[rows][:, columns], data.visible[rows][:, columns]
    return Predictions(logits, truth, visible, no_face, brightness, data.identities[rows])


def _columns(card: ModelCard, data: CelebA) -> list[int]:
    missing = [label.name for label in card.labels if label.name not in data.attributes]
    if missing:
        message = (
            f"{data.pictures.parent}: list_attr_celeba.txt lacks {', '.join(missing)}, "
            f"which model {card.name} predicts"
        )
        raise DataError(message)
    return [data.attributes.index(label.name) for label in card.labels]
