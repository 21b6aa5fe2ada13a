"""The JSON beside a network: what its numbers mean. No constant of a model stands in code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from itertools import chain
from pathlib import Path
from typing import Literal

from packaging.version import Version
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    ValidationError,
    model_validator,
)

from device.errors import ModelError

_FAULTS_SHOWN = 3
ZOO = Path(__file__).resolve().parents[2] / "model" / "zoo"
UPDATED = Path("/opt/facet/models")
"""Where root puts updates of the zoo's networks, each in a folder of its name; see updates/models.py."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputMeaning(_Part):
    """What the network expects: RGB, value = (pixel - mean) / scale, the crop shown with this margin."""

    side: int = Field(ge=16, le=1024)
    mean: float
    scale: float = Field(gt=0)
    margin: float = Field(gt=0)


Aim = Literal["balanced", "precise"]
"""Which of an attribute's two thresholds decides."""


class Threshold(_Part):
    """From where on an attribute is present.

    Attributes:
        value: the probability, 0..1.
        precision: of what is called present there, on the validation split, 0..1.
        recall: how much of what is present is called so, likewise.
    """

    value: float = Field(gt=0, lt=1)
    precision: float = Field(ge=0, le=1)
    recall: float = Field(ge=0, le=1)


class Label(_Part):
    """One output.

    Attributes:
        name: CelebA's, for instance "Eyeglasses".
        scales: of the logit of each member of the network, before the bias; together they calibrate (Platt,
            "Probabilistic Outputs for Support Vector Machines", 1999) and weigh the members (Wolpert, "Stacked
            Generalization", 1992).
        bias: see scales.
        balanced: the threshold that finds much and errs little.
        precise: the lowest one that keeps the card's promised precision; where none does, the one of the best F1.
    """

    name: str = Field(min_length=1)
    scales: tuple[NonNegativeFloat, ...] = Field(min_length=1)
    bias: float
    balanced: Threshold
    precise: Threshold

    def threshold(self, aim: Aim) -> Threshold:
        """Return the threshold of that aim."""
        return self.precise if aim == "precise" else self.balanced


class Groups(_Part):
    """Attributes that exclude each other.

    Attributes:
        hair_color: label to color; at most one is present, but for compatible ones, of which the most certain names it.
        no_facial_hair: the label that says there is none.
        facial_hair: label to style, none of them present beside no_facial_hair unless compatible; where several are,
            the most certain one names the style.
        other_facial_hair: further labels that are never present beside no_facial_hair, and name no style.
        compatible: pairs of these labels that do not exclude each other all the same.
    """

    hair_color: dict[str, str]
    no_facial_hair: str
    facial_hair: dict[str, str]
    other_facial_hair: tuple[str, ...] = ()
    compatible: tuple[tuple[str, str], ...] = ()

    def rivals(self, label: str, among: Collection[str]) -> set[str]:
        """Return those of some labels that cannot be present beside one."""
        friends = {label}.union(*(pair for pair in self.compatible if label in pair))
        return {other for other in among if other not in friends}


class ModelCard(_Part):
    """Everything about an attribute network but its weights.

    Attributes:
        sha256: of the .tflite file beside the JSON.
        flip_average: whether the logits of the crop and of its mirror image are averaged.
        promised_precision: what a precise threshold keeps on the validation split wherever it can, 0..1.
        provenance: data, licence, figures and how to make it again; for people.
    """

    format: Literal[2]
    name: str
    version: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    input: InputMeaning
    flip_average: bool
    promised_precision: float = Field(gt=0, lt=1)
    labels: tuple[Label, ...] = Field(min_length=1)
    groups: Groups
    provenance: dict[str, str | float | int]

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
    def _groups_speak_of_labels(self) -> ModelCard:
        known = {label.name for label in self.labels}
        if len(known) != len(self.labels):
            msg = "a label stands twice"
            raise ValueError(msg)
        if {len(label.scales) for label in self.labels} != {self.members}:
            msg = "the labels have different numbers of scales; each needs one a member"
            raise ValueError(msg)
        groups = self.groups
        named = {
            *groups.hair_color,
            groups.no_facial_hair,
            *groups.facial_hair,
            *groups.other_facial_hair,
            *chain.from_iterable(groups.compatible),
        }
        if unknown := named - known:
            msg = f"groups name labels that do not exist: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        return self


def model_path(model: str, updated: Path = UPDATED) -> Path:
    """Return the .tflite file of a model.

    Args:
        model: a name in the zoo, or the path of the user's own.
        updated: where an update of the zoo's may lie; the newer of both counts, as a release may bring a newer one.
    """
    if model.endswith(".tflite"):
        return Path(model)
    shipped, update = ZOO / f"{model}.tflite", updated / model / f"{model}.tflite"
    return update if network_version(update) > network_version(shipped) else shipped


def network_version(network: Path) -> Version:
    """Return the version in the JSON beside a network, whatever else is wrong; the least of all where there is none."""
    try:
        document = json.loads(network.with_suffix(".json").read_bytes())
        return Version(document["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return Version("0.dev0")


def read_card(network: Path) -> ModelCard:
    """Read the JSON beside a .tflite file and check that both belong together.

    Raises:
        ModelError: either file is missing or damaged, or they are not of one export.
    """
    path = network.with_suffix(".json")
    try:
        card = ModelCard.model_validate_json(path.read_bytes())
        digest = hashlib.sha256(network.read_bytes()).hexdigest()
    except OSError as error:
        msg = (
            f"attributes.model: {error.filename} cannot be read ({error.strerror}); a model is a .tflite "
            f"file with a .json beside it; shipped ones: {', '.join(shipped_models())}"
        )
        raise ModelError(msg) from error
    except ValidationError as error:
        msg = f"attributes.model: {path} is not a model description: {_faults(error)}; export the model again"
        raise ModelError(msg) from error
    if digest != card.sha256:
        msg = (
            f"attributes.model: {network} is not the network that {path.name} describes "
            f"(sha256 {digest[:12]}… differs); export or copy both together"
        )
        raise ModelError(msg)
    return card


def _faults(error: ValidationError) -> str:
    """Return the first faults as one printable line; a damaged file may have any number of them, and any letters."""
    found = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    text = "; ".join(found[:_FAULTS_SHOWN])
    if len(found) > _FAULTS_SHOWN:
        text += f"; and {len(found) - _FAULTS_SHOWN} more"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def shipped_models() -> list[str]:
    """Return the names of the attribute networks in the zoo."""
    return sorted(path.stem for path in ZOO.glob("*.json"))
