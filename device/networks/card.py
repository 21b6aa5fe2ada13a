"""The JSON beside a network: what its numbers mean. No constant of a model is in the code."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from itertools import chain
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, NonNegativeFloat, ValidationError, model_validator

from device.errors import ModelError
from device.networks.facial_hair import FacialHairMeaning
from device.networks.files import float_file, is_eight_bit, shipped_models
from device.networks.section import Aim, Section, Threshold
from device.system.validation import describe

NO_FACIAL_HAIR, UNNAMED_FACIAL_HAIR = "none", "beard"
"""What is concluded about facial hair apart from the styles: there is none, or some without a name."""

_SETTING = "attributes.model"


class InputMeaning(Section):
    """What the network expects: RGB, value = (pixel - mean) / scale, the crop shown with this margin."""

    side: int = Field(ge=16, le=1024)
    mean: float
    scale: float = Field(gt=0)
    margin: float = Field(gt=0)


class Label(Section):
    """One output.

    Attributes:
        name: CelebA's, for instance "Eyeglasses".
        scales: of the logit of each member of the network, before the bias; together they calibrate (Platt,
            "Probabilistic Outputs for Support Vector Machines", 1999) and weigh the members (Wolpert, "Stacked
            Generalization", 1992).
        bias: see scales.
        balanced: the threshold that weighs misses and false positives alike.
        precise: the lowest one that keeps the card's promised precision; where none does, the one of the best F1.
    """

    name: str = Field(min_length=1)
    scales: tuple[NonNegativeFloat, ...] = Field(min_length=1)
    bias: float
    balanced: Threshold
    precise: Threshold

    def threshold(self, aim: Aim) -> Threshold:
        """Return the threshold of an aim."""
        return self.precise if aim == "precise" else self.balanced


class Groups(Section):
    """Attributes that exclude each other.

    Attributes:
        hair_color: label to color; at most one is present, except for compatible ones, of which the most certain names
            the color.
        no_facial_hair: the label that means there is none.
        facial_hair: label to style, none of them present together with no_facial_hair unless compatible; where several
            are, the most certain one names the style.
        other_facial_hair: further labels that are never present together with no_facial_hair, and do not name a style.
        compatible: pairs of these labels that nevertheless do not exclude each other.
    """

    hair_color: dict[str, str]
    no_facial_hair: str
    facial_hair: dict[str, str]
    other_facial_hair: tuple[str, ...] = ()
    compatible: tuple[tuple[str, str], ...] = ()

    def rivals(self, label: str, among: Collection[str]) -> set[str]:
        """Return those of some labels that cannot be present together with one."""
        compatible = {label}.union(*(pair for pair in self.compatible if label in pair))
        return {other for other in among if other not in compatible}

    def said_by(self, hair_color: str | None, facial_hair: str | None) -> frozenset[str]:
        """Return the labels that only repeat a conclusion, as that of no facial hair repeats "none"."""
        concluded = {
            *((label, color == hair_color) for label, color in self.hair_color.items()),
            *((label, style == facial_hair) for label, style in self.facial_hair.items()),
            (self.no_facial_hair, facial_hair == NO_FACIAL_HAIR),
        }
        return frozenset(label for label, is_said in concluded if is_said)


class Card(Section):
    """What the JSON beside every network says.

    Attributes:
        sha256: of the .tflite file beside the JSON.
        provenance: data, licence, figures and how to reproduce it; for people.
    """

    name: str
    version: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    provenance: dict[str, str | float | int]


CardT = TypeVar("CardT", bound=Card)


class ModelCard(Card):
    """Everything about an attribute network except its weights.

    Attributes:
        flip_average: whether the logits of the crop and of its mirror image are averaged.
        promised_precision: what a precise threshold keeps on the validation split wherever it can, 0..1.
        facial_hair: of the network's second output; None for a network without.
    """

    format: Literal[2]
    input: InputMeaning
    flip_average: bool
    promised_precision: float = Field(gt=0, lt=1)
    labels: tuple[Label, ...] = Field(min_length=1)
    groups: Groups
    facial_hair: FacialHairMeaning | None = None

    @property
    def members(self) -> int:
        """How many networks answer together, each with a logit for every label."""
        return len(self.labels[0].scales)

    @property
    def names(self) -> tuple[str, ...]:
        """The labels' names, in the order of the outputs."""
        return tuple(label.name for label in self.labels)

    @property
    def unreliable(self) -> frozenset[str]:
        """The labels for which no threshold keeps the promised precision."""
        return frozenset(
            label.name for label in self.labels if label.precise.precision < self.promised_precision
        )

    @model_validator(mode="after")
    def _require_consistent_labels(self) -> ModelCard:
        known = {label.name for label in self.labels}
        if len(known) != len(self.labels):
            message = "two labels have the same name"
            raise ValueError(message)
        if {len(label.scales) for label in self.labels} != {self.members}:
            message = "the labels have different numbers of scales; each needs one per member"
            raise ValueError(message)
        groups = self.groups
        named = {
            *groups.hair_color,
            groups.no_facial_hair,
            *groups.facial_hair,
            *groups.other_facial_hair,
            *chain.from_iterable(groups.compatible),
        }
        if unknown := named - known:
            message = f"groups name labels that do not exist: {', '.join(sorted(unknown))}"
            raise ValueError(message)
        return self


class EightBitCard(Card):
    """What the JSON beside a file for eight-bit arithmetic says: everything else is in that of the float network.

    Attributes:
        stands_for: the sha256 of the float network of which it was made.
        answers: each output of the float network for the known pattern of device/perception/eight_bit.py, flattened.
        tolerance: how far this file's answers may be from them; a TFLite that computes rightly stays far below, and
            one that does not is far above.
    """

    format: Literal[1]
    stands_for: str = Field(pattern=r"^[0-9a-f]{64}$")
    answers: tuple[tuple[float, ...], ...] = Field(min_length=1)
    tolerance: float = Field(gt=0)


def read_card(network: Path) -> ModelCard:
    """Read what an attribute network's numbers mean, and check that the files belong together.

    Args:
        network: the .tflite file; where it is for eight-bit arithmetic, the float network's JSON is beside it too.

    Raises:
        ModelError: a file is missing or damaged, or they are not from the same export.
    """
    if not is_eight_bit(network):
        return read_card_of(ModelCard, network, _SETTING)
    made_of = read_card_of(EightBitCard, network, _SETTING).stands_for
    whole = float_file(network)
    card = _read_json(ModelCard, whole, _SETTING)
    if card.sha256 != made_of:
        message = (
            f"{_SETTING}: {network} was not made of the network that {whole.stem}.json describes; "
            f"run `python -m model eight-bit {whole}`, or delete it"
        )
        raise ModelError(message)
    return card


def read_eight_bit_card(network: Path) -> EightBitCard:
    """Read the JSON beside a file for eight-bit arithmetic, which read_card() has checked.

    Raises:
        ModelError: it is missing or damaged.
    """
    return _read_json(EightBitCard, network, _SETTING)


def read_card_of(kind: type[CardT], network: Path, setting: str) -> CardT:
    """Read the JSON beside a .tflite file and check that both belong together.

    Args:
        kind: what the JSON describes.
        network: the .tflite file.
        setting: of the configuration, by which the network is chosen.

    Raises:
        ModelError: either file is missing or damaged, or they are not from the same export.
    """
    card = _read_json(kind, network, setting)
    digest = hashlib.sha256(_content(network, setting)).hexdigest()
    if digest != card.sha256:
        message = (
            f"{setting}: {network} is not the network that {network.stem}.json describes "
            f"(sha256 {digest[:12]}… differs); export or copy both together"
        )
        raise ModelError(message)
    return card


def _read_json(kind: type[CardT], network: Path, setting: str) -> CardT:
    path = network.with_suffix(".json")
    try:
        return kind.model_validate_json(_content(path, setting))
    except ValidationError as error:
        message = f"{setting}: {path} is not a model description: {describe(error)}; export the model again"
        raise ModelError(message) from error


def _content(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = (
            f"{setting}: {error.filename} cannot be read ({error.strerror}); a model is a .tflite "
            f"file with a .json beside it; shipped ones: {', '.join(shipped_models())}"
        )
        raise ModelError(message) from error
