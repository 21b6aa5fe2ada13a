"""CelebA's attributes: an aligned face in, calibrated probabilities out; and what is decided from them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import ModelError, WrongAnswersError
from device.networks.card import (
    NO_FACIAL_HAIR,
    UNNAMED_FACIAL_HAIR,
    Groups,
    ModelCard,
    read_card,
    read_eight_bit_card,
)
from device.networks.files import eight_bit_file, float_file, is_eight_bit
from device.networks.section import Aim
from device.observation import Attribute, FaceAttributes, Image, Keypoints
from device.perception.aligned_face import AlignedFace, View
from device.perception.alignment import align
from device.perception.analysers.analyser import Judgement, Weighted
from device.perception.arithmetic import sigmoid
from device.perception.crop_network import answers
from device.perception.eight_bit import require_right_answers
from device.perception.eyes import EYE_LABELS, GLASSES, are_eyes_hidden
from device.perception.mouth import MOUTH_LABELS
from device.perception.runtime import Network

FloatArray = NDArray[np.float32]

_LOG = logging.getLogger(__name__)

# Whatever the owner adds to a threshold, it stays one: a probability can be above it, and below.
_LOWEST_THRESHOLD, _HIGHEST_THRESHOLD = 0.01, 0.99


class AttributeAnalyser:
    """Measures the probabilities of the attributes, and decides which are present.

    Args:
        classifier: the attribute network.
    """

    name = "attributes"

    def __init__(self, classifier: AttributeClassifier) -> None:
        self.classifier = classifier
        self.view = classifier.view
        names = classifier.card.names
        self._of_mouth = np.array([name in MOUTH_LABELS for name in names])
        self._of_eyes = np.array([name in EYE_LABELS for name in names])
        self._glasses = names.index(GLASSES) if GLASSES in names else None

    def measure(self, face: AlignedFace) -> FloatArray:
        """Return calibrated probabilities, (labels,) float32 in 0..1; nan where the face cannot show the label."""
        if face.is_doubtful:
            return np.full(len(self.classifier.card.labels), np.nan, np.float32)
        # Before the network fills the processor's caches with its weights: what measures the quality is still there.
        is_mouth_hidden = face.is_mouth_hidden
        probabilities = self.classifier.calibrated(self.classifier.outputs_of(face)[0])
        if is_mouth_hidden:
            probabilities[self._of_mouth] = np.nan
        glasses = 0.0 if self._glasses is None else float(probabilities[self._glasses])
        if are_eyes_hidden(face.recognition_crop, glasses):
            probabilities[self._of_eyes] = np.nan
        return probabilities

    def decide(
        self,
        evidence: Sequence[Weighted[FloatArray]],
        before: FaceAttributes | None,
        judgement: Judgement,
    ) -> FaceAttributes:
        """Decide from the mean of the samples that show a label, weighted by their quality; see the function decide."""
        samples = np.array([sample.evidence for sample in evidence], np.float64)
        shown = ~np.isnan(samples)
        weights = np.array([sample.weight for sample in evidence])[:, None] * shown
        sums = (weights * np.where(shown, samples, 0)).sum(axis=0)
        mean = np.full(samples.shape[1], np.nan)
        np.divide(sums, weights.sum(axis=0), out=mean, where=shown.any(axis=0))
        return decide(
            np.asarray(mean, np.float32),
            self.classifier.card,
            aim=judgement.aim,
            threshold_offset=judgement.threshold_offset,
            hysteresis=judgement.hysteresis,
            previous=None if before is None else before.attributes,
        )


class AttributeClassifier:
    """The attribute network and what its numbers mean. Made by `load` or `load_quickest`.

    Args:
        network: that the card describes.
        card: from the JSON beside the network.
    """

    def __init__(self, network: Network, card: ModelCard) -> None:
        self.network = network
        self.card = card
        self.view = View(card.input.side, card.input.margin)
        self._scales = np.array([label.scales for label in card.labels], np.float32).T
        self._bias = np.array([label.bias for label in card.labels], np.float32)

    @classmethod
    def load(cls, path: Path, threads: int = 1) -> AttributeClassifier:
        """Load the network and its card.

        Args:
            path: the .tflite file; its JSON lies beside it.
            threads: CPU threads of an invocation.

        Raises:
            ModelError: network or JSON is missing or damaged, or they do not fit each other.
            WrongAnswersError: the file is for eight-bit arithmetic, which this machine's TFLite computes wrongly.
        """
        card = read_card(path)
        network = Network.load(path, threads)
        side = card.input.side
        outputs: list[tuple[int, ...]] = [(1, card.members, len(card.labels))]
        if card.facial_hair is not None:
            outputs.append((1, card.facial_hair.outputs))
        network.require_shapes((1, side, side, 3), outputs)
        if is_eight_bit(path):
            proof = read_eight_bit_card(path)
            difference = require_right_answers(network, card.input, proof)
            _LOG.info(
                "%s %s computes in eight bits: a known picture's logits are %.2g off, and %.2g is allowed",
                *(card.name, card.version, difference, proof.tolerance),
            )
        return cls(network, card)

    @classmethod
    def load_quickest(cls, path: Path, threads: int = 1) -> AttributeClassifier:
        """Load the network as a node uses it: for eight-bit arithmetic, if it has that and it is computed rightly here.

        Args:
            path: see load; of either file.
            threads: see load.

        Raises:
            ModelError: see load.
        """
        path = float_file(path)
        quick = eight_bit_file(path)
        if not quick.is_file():
            _LOG.info("The attribute network computes in floats: there is no %s", quick)
            return cls.load(path, threads)
        try:
            return cls.load(quick, threads)
        except WrongAnswersError as error:
            _LOG.info("The attribute network computes in floats: %s", error)
        except ModelError as error:
            _LOG.error("The attribute network computes in floats: %s", error)
        return cls.load(path, threads)

    def crop(self, image: Image, keypoints: Keypoints) -> Image:
        """Cut the network's view of a face out of image, (H, W, 3) uint8 BGR."""
        meaning = self.card.input
        return align(image, keypoints, meaning.side, meaning.margin)

    def outputs(self, crop: Image) -> tuple[FloatArray, ...]:
        """Return what the network answers to a crop (side, side, 3) uint8 BGR.

        Returns:
            The logits of each member, (members, labels) float32; and, if the card describes them, those about facial
            hair, (answers,) float32.
        """
        card = self.card
        return tuple(answers(self.network, card.input, crop, flip_average=card.flip_average))

    def outputs_of(self, face: AlignedFace) -> tuple[FloatArray, ...]:
        """Return the same of a face; the network runs once for all analysers that ask."""
        return face.once(self, lambda: self.outputs(face.crop(self.view)))

    def logits(self, crop: Image) -> FloatArray:
        """Return the logits of each member, (members, labels) float32, of a crop (side, side, 3) uint8 BGR."""
        return self.outputs(crop)[0]

    def calibrated(self, logits: FloatArray) -> FloatArray:
        """Turn logits (..., members, labels) into calibrated probabilities (..., labels), 0..1."""
        return calibrate(logits, self._scales, self._bias)

    def probabilities(self, crop: Image) -> FloatArray:
        """Return calibrated probabilities, (labels,) float32 in 0..1, of a crop (side, side, 3) uint8 BGR."""
        return self.calibrated(self.logits(crop))


def calibrate(logits: FloatArray, scales: FloatArray, bias: FloatArray | float) -> FloatArray:
    """Turn logits (..., members, labels) into probabilities (..., labels), 0..1.

    Args:
        logits: of the members.
        scales: (members, labels).
        bias: (labels,).
    """
    return sigmoid((logits * scales).sum(axis=-2) + bias)


def decide(
    probabilities: FloatArray,
    card: ModelCard,
    *,
    aim: Aim = "balanced",
    threshold_offset: float = 0.0,
    hysteresis: float = 0.0,
    previous: Mapping[str, Attribute] | None = None,
) -> FaceAttributes:
    """Decide which attributes are present, such that none contradicts another.

    Args:
        probabilities: (labels,) float32, 0..1; nothing is said of a label whose probability is nan.
        card: gives labels, thresholds and groups.
        aim: which thresholds.
        threshold_offset: added to every threshold; above zero the node is more reluctant.
        hysteresis: how far below its threshold a probability must fall to end an attribute that was present.
        previous: the attributes of the same face a moment ago, if it was seen.
    """
    thresholds: dict[str, float] = {}
    margins: dict[str, float] = {}
    known = dict(zip(card.names, probabilities.tolist(), strict=True))
    were_present = {name for name, before in (previous or {}).items() if before.present}
    for label, (name, probability) in zip(card.labels, known.items(), strict=True):
        threshold = label.threshold(aim).value + threshold_offset
        threshold = min(max(threshold, _LOWEST_THRESHOLD), _HIGHEST_THRESHOLD)
        if name in were_present:
            threshold = max(threshold - hysteresis, _LOWEST_THRESHOLD)
        thresholds[name] = threshold
        # As a share of the range above or below the threshold: comparable between labels of different thresholds.
        available = 1 - threshold if probability >= threshold else threshold
        margins[name] = (probability - threshold) / available
    present = {name for name, margin in margins.items() if margin >= 0}
    hair_color = _hair_color(card.groups, present, margins)
    facial_hair = _facial_hair(card.groups, present, margins)
    if facial_hair is None and _has_beard(known, card, aim, threshold_offset):
        facial_hair = UNNAMED_FACIAL_HAIR
    attributes = {
        name: Attribute(probability, name in present, thresholds[name])
        for name, probability in known.items()
        if not isnan(probability)
    }
    return FaceAttributes(attributes, hair_color, facial_hair)


def _hair_color(groups: Groups, present: set[str], margins: Mapping[str, float]) -> str | None:
    """Leave only the most certain color in present, and what is compatible with it; return its name."""
    colors = groups.hair_color
    best = max(colors.keys() & present, key=lambda name: margins[name], default=None)
    if best is None:
        return None
    present -= groups.rivals(best, colors)
    return colors[best]


def _facial_hair(groups: Groups, present: set[str], margins: Mapping[str, float]) -> str | None:
    """Resolve the contradiction between beards and their absence, and return the style."""
    none = groups.no_facial_hair
    if none in present:
        rivals = groups.rivals(none, {*groups.facial_hair, *groups.other_facial_hair})
        strongest = max((margins[name] for name in rivals & present), default=-1.0)
        if margins[none] >= strongest:
            present -= rivals
        else:
            present.discard(none)
    styles = groups.facial_hair.keys() & present
    if styles:
        return groups.facial_hair[max(styles, key=lambda name: margins[name])]
    return NO_FACIAL_HAIR if none in present else None


def _has_beard(
    known: Mapping[str, float], card: ModelCard, aim: Aim, threshold_offset: float
) -> bool:
    """Return whether there is a beard of no known style: its absence is as unlikely as the owner's caution asks for."""
    none = next(label for label in card.labels if label.name == card.groups.no_facial_hair)
    return known[none.name] < none.threshold(aim).value - max(threshold_offset, 0)
