"""The attribute network: an aligned face in, calibrated probabilities out; and what is decided from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import ModelError
from device.networks.card import Aim, Groups, ModelCard, read_card
from device.observation import Attribute, Image, Keypoints
from device.perception.alignment import align
from device.perception.runtime import Network

FloatArray = NDArray[np.float32]


class AttributeClassifier:
    """Answers the attributes of one face.

    Args:
        path: the .tflite file; its JSON lies beside it.
        threads: CPU threads of an invocation.

    Raises:
        ModelError: network or JSON are missing, damaged, or do not fit each other.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.card: ModelCard = read_card(path)
        self.network = Network(path, threads)
        side = self.card.input.side
        expected = (1, side, side, 3), [(1, self.card.members, len(self.card.labels))]
        found = self.network.input_shape, self.network.output_shapes
        if found != expected:
            msg = f"{path}: input and output are {found}, its JSON says {expected}; export both together"
            raise ModelError(msg)
        self._scales = np.array([label.scales for label in self.card.labels], np.float32).T
        self._bias = np.array([label.bias for label in self.card.labels], np.float32)

    def crop(self, image: Image, keypoints: Keypoints) -> Image:
        """Cut the network's view of a face out of image, (H, W, 3) uint8 BGR."""
        meaning = self.card.input
        return align(image, keypoints, meaning.side, meaning.margin)

    def logits(self, crop: Image) -> FloatArray:
        """Return its members' own answers, (members, labels) float32, of a crop (side, side, 3) uint8 BGR."""
        meaning = self.card.input
        values = (crop[None, ..., ::-1].astype(np.float32) - meaning.mean) / meaning.scale
        logits: FloatArray = self.network(values)[0][0]
        if self.card.flip_average:
            mirrored = self.network(np.ascontiguousarray(values[:, :, ::-1]))[0][0]
            logits = (logits + mirrored) / 2
        return logits

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
    calibrated = np.clip((logits * scales).sum(axis=-2) + bias, -80, 80)
    return np.asarray(1 / (1 + np.exp(-calibrated)), np.float32)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one face shows; see observation.Face for the values."""

    attributes: Mapping[str, Attribute]
    hair_color: str | None
    facial_hair: str | None


def decide(
    probabilities: FloatArray,
    card: ModelCard,
    *,
    aim: Aim = "balanced",
    threshold_offset: float = 0.0,
    hysteresis: float = 0.0,
    previous: Mapping[str, Attribute] | None = None,
) -> Decision:
    """Decide which attributes are present, without contradicting itself.

    Args:
        probabilities: (labels,) float32, 0..1.
        card: gives labels, thresholds and groups.
        aim: which thresholds.
        threshold_offset: added to every threshold; above zero the node is more reluctant.
        hysteresis: how far below its threshold a probability must fall to end an attribute that was present.
        previous: the attributes of the same face a moment ago, if it was seen.
    """
    margins: dict[str, float] = {}
    for label, probability in zip(card.labels, probabilities, strict=True):
        threshold = min(max(label.threshold(aim).value + threshold_offset, 0.01), 0.99)
        was_present = (
            previous is not None and label.name in previous and previous[label.name].present
        )
        if was_present:
            threshold = max(threshold - hysteresis, 0.01)
        # As a part of the room above or below its threshold: comparable between labels of different thresholds.
        room = 1 - threshold if probability >= threshold else threshold
        margins[label.name] = (float(probability) - threshold) / room
    present = {name for name, margin in margins.items() if margin >= 0}
    hair_color = _hair_color(card.groups, present, margins)
    facial_hair = _facial_hair(card.groups, present, margins)
    if facial_hair is None and _is_bearded(probabilities, card, aim, threshold_offset):
        facial_hair = "beard"
    attributes = {
        label.name: Attribute(float(probability), label.name in present)
        for label, probability in zip(card.labels, probabilities, strict=True)
    }
    return Decision(attributes, hair_color, facial_hair)


def _hair_color(groups: Groups, present: set[str], margins: Mapping[str, float]) -> str | None:
    """Leave only the most certain color in present, and what is compatible with it; return its name."""
    colors = groups.hair_color
    best = max(colors.keys() & present, key=lambda name: margins[name], default=None)
    if best is None:
        return None
    present -= groups.rivals(best, colors)
    return colors[best]


def _facial_hair(groups: Groups, present: set[str], margins: Mapping[str, float]) -> str | None:
    """Settle the family of beards against its absence, and return the style."""
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
    return "none" if none in present else None


def _is_bearded(
    probabilities: FloatArray, card: ModelCard, aim: Aim, threshold_offset: float
) -> bool:
    """Tell a beard without a name: its absence is as unlikely as the owner's caution asks for."""
    for label, probability in zip(card.labels, probabilities, strict=True):
        if label.name == card.groups.no_facial_hair:
            return bool(probability < label.threshold(aim).value - max(threshold_offset, 0))
    return False
