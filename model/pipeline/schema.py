"""A pipeline file: inputs that come from elsewhere, and the steps that make networks from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from device.networks.section import Aim

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
Names: TypeAlias = Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Input(_Section):
    """A file that no step makes, such as the weights inside a package.

    Attributes:
        name: by which steps refer to it.
        file: in the work folder, or an absolute path.
        sha256: of the file, if it is to be checked; 64 hexadecimal digits.
        fetch: the command, run in the work folder, that fetches it; shown where the file is missing.
    """

    name: Name
    file: str = Field(min_length=1)
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    fetch: str = Field(min_length=1)


class Prepare(_Section):
    """Cut the crops of all --data folders."""

    name: Name
    command: Literal["prepare"]


class Train(_Section):
    """Train a network.

    Attributes:
        recipe: a file beside the pipeline file.
        crops: of a prepare step.
        weights: to start from: an input, a train step (its best weights) or an export step; from noise if unset.
        soft: labels of a teach step, if the recipe uses them.
    """

    name: Name
    command: Literal["train"]
    recipe: str = Field(min_length=1)
    crops: Name
    weights: Name | None = None
    soft: Name | None = None


class Teach(_Section):
    """Write soft labels, from train steps whose networks teach together."""

    name: Name
    command: Literal["teach"]
    crops: Name
    runs: Names


class Export(_Section):
    """Write a calibrated .tflite with its JSON, both named like the step.

    Attributes:
        runs: train steps; the networks of several become one.
        int8: weights of eight bits instead of sixteen.
        facial_hair: an input, FH37K's careful labels, from which the network learns to tell facial hair; without
            them it does not.
        eight_bit: write a second file beside it, for eight-bit arithmetic.
    """

    name: Name
    command: Literal["export"]
    runs: Names
    int8: bool = False
    facial_hair: Name | None = None
    eight_bit: bool = False


class Evaluate(_Section):
    """Write the figures of an export step's network on a split as JSON."""

    name: Name
    command: Literal["evaluate"]
    model: Name
    split: Literal["train", "val", "test"] = "test"
    thresholds: Aim = "balanced"


class Report(_Section):
    """Write REPORT.md about export steps' networks, the first with pictures, and the curves of train steps."""

    name: Name
    command: Literal["report"]
    models: Names
    runs: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    degraded: int = Field(400, ge=1)


Step: TypeAlias = Prepare | Train | Teach | Export | Evaluate | Report


class PipelineFile(_Section):
    """The whole file.

    Attributes:
        inputs: files that no step makes.
        steps: in any order that reads well; they run in an order in which everything is made before it is used.
    """

    inputs: tuple[Input, ...] = Field((), strict=False)
    steps: tuple[Annotated[Step, Field(discriminator="command")], ...] = Field(
        min_length=1, strict=False
    )


ACCEPTED = {
    "crops": ("prepare",),
    "weights": ("input", "train", "export"),
    "soft": ("teach",),
    "runs": ("train",),
    "model": ("export",),
    "models": ("export",),
    "facial_hair": ("input",),
}
"""What a key of a step may refer to: inputs, or steps of these commands."""


def references(step: Step) -> Iterator[tuple[str, str]]:
    """Return each key of a step that refers to an input or another step, with the name that it refers to."""
    for key in ACCEPTED:
        names = getattr(step, key, None)
        for name in (names,) if isinstance(names, str) else names or ():
            yield key, name
