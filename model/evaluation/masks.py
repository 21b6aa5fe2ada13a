"""Whether a mask over mouth and nose is noticed, and how often a bare face is taken for one; painted masks teach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.config.sections.perception import PerceptionSettings
from device.networks.files import ZOO
from device.networks.recognition_card import read_recognition_card
from device.observation import Detection, Image
from device.perception.alignment import RECOGNITION, align
from device.perception.arithmetic import sigmoid
from device.perception.detection import FaceDetector
from device.perception.mouth import RED_OF_LIPS, TRAITS, MouthRule, colors, traits
from model.data.celeba import CelebA, read_picture
from model.errors import DataError
from model.evaluation.embeddings import depicted
from model.evaluation.painted_masks import KINDS, SCARF, paint

_SEED = 0
_BEARD = "No_Beard"
# Of bare faces in the validation part that may be taken for covered ones; of bearded ones it is twice as many.
_FALSE = 0.005
# Kinds that the limit and the weights are not fitted to, so that what they say of a new kind can be told.
_UNSEEN = ("with valve", SCARF)
_TAUGHT_WITH = 2
# A pull towards zero, as a share of the faces' weight, and what is enough for the regression to settle.
_PULL = 1e-3
_NEWTON_STEPS = 30

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MaskFigures:
    """What is noticed.

    Attributes:
        noticed: of each kind of painted mask, the share of faces that are taken for covered.
        masked: how many faces each kind was painted on.
        bare: how many faces without a mask there are.
        bare_covered: the share of them that is taken for covered.
        bearded: how many of them have a beard.
        bearded_covered: the share of these that is taken for covered.
    """

    noticed: Mapping[str, float]
    masked: int
    bare: int
    bare_covered: float
    bearded: int
    bearded_covered: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures by their names."""
        return asdict(self)


class _Measurer:
    """The traits of pictures' faces, found and aligned as the product does it."""

    def __init__(self) -> None:
        self._detector = FaceDetector.load(ZOO, PerceptionSettings().detector_score)
        self._input = read_recognition_card().input

    def find(self, image: Image) -> Detection | None:
        return depicted(self._detector.detect(image), image, PerceptionSettings().detector_score)

    def traits(self, image: Image, face: Detection) -> _Floats:
        meaning = self._input
        crop = align(image, face.keypoints, meaning.side, meaning.margin, RECOGNITION)
        return traits(colors(crop)).astype(np.float64)


def measure_masks(
    data: CelebA, rule: MouthRule, most: int, split: str = "test", bare: int | None = None
) -> MaskFigures:
    """Paint each kind of mask on the faces of a split, and count which of them are taken for covered.

    Args:
        data: whose pictures are painted on.
        rule: what decides.
        most: how many pictures get each kind.
        split: train, val or test.
        bare: how many pictures are looked at without a mask; all if None.
    """
    chance, measurer = np.random.default_rng(_SEED), _Measurer()
    rows = chance.permutation(data.rows(split))[:bare]
    noticed: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    has_beard, is_covered = [], []
    for number, row in enumerate(tqdm(rows, desc="masks", unit="picture")):
        image = read_picture(data.pictures / str(data.names[row]))
        face = measurer.find(image)
        if face is None:
            continue
        is_covered.append(rule.hides(measurer.traits(image, face)))
        has_beard.append(not data.labels[row, data.attributes.index(_BEARD)])
        for kind in KINDS if number < most else ():
            painted = paint(image, face.keypoints, kind, chance)
            found = measurer.find(painted)
            if found is not None:
                noticed[kind].append(rule.hides(measurer.traits(painted, found)))
    bearded, covered = np.array(has_beard), np.array(is_covered)
    return MaskFigures(
        {kind: float(np.mean(answers)) for kind, answers in noticed.items()},
        min(most, len(rows)),
        len(covered),
        float(covered.mean()),
        int(bearded.sum()),
        float(covered[bearded].mean()),
    )


def fit_masks(data: CelebA, most: int) -> MouthRule:
    """Fit what decides on painted masks: weights on the training part, the limit on bare faces of the validation part.

    Args:
        data: whose pictures are painted on.
        most: how many pictures of either part are used.

    Raises:
        DataError: a part has no pictures.
    """
    chance, measurer = np.random.default_rng(_SEED), _Measurer()
    taught = [kind for kind in KINDS if kind not in _UNSEEN]
    bare, masked = [], []
    for image in _pictures(data, "train", most, chance):
        face = measurer.find(image)
        if face is None:
            continue
        bare.append(measurer.traits(image, face))
        for kind in chance.choice(taught, _TAUGHT_WITH, replace=False):
            painted = paint(image, face.keypoints, str(kind), chance)
            found = measurer.find(painted)
            if found is not None:
                masked.append(measurer.traits(painted, found))
    weights = regression(np.array(bare), np.array(masked))
    seen = [
        measurer.traits(image, face)
        for image in _pictures(data, "val", most, chance)
        if (face := measurer.find(image)) is not None
    ]
    limit = float(np.quantile(np.array(seen) @ weights, 1 - _FALSE))
    min_red = float(np.quantile(np.array(seen)[:, RED_OF_LIPS], _FALSE))
    return MouthRule(
        weights=tuple(round(w, 5) for w in weights),
        limit=round(limit, 4),
        min_red=round(min_red, 2),
    )


def _pictures(
    data: CelebA, split: str, most: int, chance: np.random.Generator
) -> Sequence[Image] | tqdm[Image]:
    rows = chance.permutation(data.rows(split))[:most]
    if not len(rows):
        message = f"{data.pictures.parent}: there are no pictures of the part {split}"
        raise DataError(message)
    images = (read_picture(data.pictures / str(data.names[row])) for row in rows)
    return tqdm(images, desc=f"masks, {split}", unit="picture", total=len(rows))


def regression(bare: _Floats, masked: _Floats) -> _Floats:
    """Return the weights (35,) of a logistic regression in which both kinds count the same.

    Args:
        bare: (N, 35), the traits of faces without a mask.
        masked: (M, 35), of those with one.
    """
    mean, deviation = bare.mean(axis=0), bare.std(axis=0)
    faces = (np.vstack([bare, masked]) - mean) / deviation
    features = np.column_stack([faces, np.ones(len(faces))])
    truth = np.repeat([0.0, 1.0], [len(bare), len(masked)])
    counts = np.where(truth > 0, 0.5 / len(masked), 0.5 / len(bare))
    pull = np.append(np.full(TRAITS, _PULL), 0.0)
    fitted = np.zeros(TRAITS + 1)
    for _ in range(_NEWTON_STEPS):
        probabilities = sigmoid((features @ fitted).astype(np.float32)).astype(np.float64)
        gradient = features.T @ (counts * (probabilities - truth)) + pull * fitted
        spread = counts * probabilities * (1 - probabilities)
        curvature = (features.T * spread) @ features + np.diag(pull + 1e-9)
        fitted -= np.linalg.solve(curvature, gradient)
    return np.asarray(fitted[:-1] / deviation, np.float64)
