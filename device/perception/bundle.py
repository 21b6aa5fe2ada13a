"""The JSON beside a network: what its numbers mean. No constant of a model stands in code."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from device.perception.runtime import ModelError

_FAULTS_SHOWN = 3
ZOO = Path(__file__).resolve().parents[2] / "model" / "zoo"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputMeaning(_Part):
    """What the network expects: RGB, value = (pixel - mean) / scale, the crop shown with this margin."""

    side: int = Field(ge=16, le=1024)
    mean: float
    scale: float = Field(gt=0)
    margin: float = Field(gt=0)


class Label(_Part):
    """One output.

    Attributes:
        name: CelebA's, for instance "Eyeglasses".
        scale: of the logit, before the bias; together they calibrate (Platt, "Probabilistic Outputs for Support
            Vector Machines", 1999).
        bias: see scale.
        threshold: the probability from which the attribute is present, 0..1.
        precision: at that threshold, on the validation split, 0..1.
        recall: likewise.
    """

    name: str = Field(min_length=1)
    scale: float = Field(gt=0)
    bias: float
    threshold: float = Field(gt=0, lt=1)
    precision: float = Field(ge=0, le=1)
    recall: float = Field(ge=0, le=1)


class Groups(_Part):
    """Attributes that exclude each other.

    Attributes:
        hair_color: label to color; at most one is present.
        no_facial_hair: the label that says there is none.
        facial_hair: label to style, none of them present beside no_facial_hair; where several are, the most certain
            one names the style.
        other_facial_hair: further labels that are never present beside no_facial_hair, and name no style.
    """

    hair_color: dict[str, str]
    no_facial_hair: str
    facial_hair: dict[str, str]
    other_facial_hair: tuple[str, ...] = ()


class Bundle(_Part):
    """Everything about an attribute network but its weights.

    Attributes:
        sha256: of the .tflite file beside the JSON.
        flip_average: whether the logits of the crop and of its mirror image are averaged.
        provenance: data, licence, figures and how to make it again; for people.
    """

    format: Literal[1]
    name: str
    version: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    input: InputMeaning
    flip_average: bool
    labels: tuple[Label, ...] = Field(min_length=1)
    groups: Groups
    provenance: dict[str, str | float | int]

    @model_validator(mode="after")
    def _groups_speak_of_labels(self) -> Bundle:
        known = {label.name for label in self.labels}
        if len(known) != len(self.labels):
            msg = "a label stands twice"
            raise ValueError(msg)
        groups = self.groups
        named = {
            *groups.hair_color,
            groups.no_facial_hair,
            *groups.facial_hair,
            *groups.other_facial_hair,
        }
        if unknown := named - known:
            msg = f"groups name labels that do not exist: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        return self


def model_path(model: str) -> Path:
    """Return the .tflite file of a model of the zoo by its name, or of the user's own by its path."""
    return Path(model) if model.endswith(".tflite") else ZOO / f"{model}.tflite"


def read_bundle(network: Path) -> Bundle:
    """Read the JSON beside a .tflite file and check that both belong together.

    Raises:
        ModelError: either file is missing or damaged, or they are not of one export.
    """
    path = network.with_suffix(".json")
    try:
        bundle = Bundle.model_validate_json(path.read_bytes())
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
    if digest != bundle.sha256:
        msg = (
            f"attributes.model: {network} is not the network that {path.name} describes "
            f"(sha256 {digest[:12]}… differs); export or copy both together"
        )
        raise ModelError(msg)
    return bundle


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
