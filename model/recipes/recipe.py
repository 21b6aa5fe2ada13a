"""A recipe: everything that decides how a network is trained, in one YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from device.system.validation import describe
from model.errors import RecipeError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NetworkRecipe(_Section):
    """The shape of the network; see model.networks.

    Attributes:
        width: of MobileNetV2; the other backbones have only one, as of depth and features.
    """

    backbone: Literal[
        "mobilenetv2",
        "efficientnet-lite0",
        "efficientnet-lite1",
        "efficientnet-lite2",
        "mobilefacenet",
    ] = "mobilenetv2"
    width: float = Field(1.0, gt=0, le=2)
    depth: int = Field(17, ge=8, le=17)
    features: int = Field(1280, ge=16, le=4096)
    hidden: int = Field(256, ge=16, le=4096)
    dropout: float = Field(0.3, ge=0, lt=1)


class Stage(_Section):
    """One or more epochs at one input side (pixels, a multiple of 16)."""

    side: int = Field(128, ge=64, le=160, multiple_of=16)
    epochs: int = Field(1, ge=1, le=500)


class Augmentation(_Section):
    """How far a training picture strays from the prepared crop.

    Attributes:
        rotation: degrees to either side.
        scale: as a part of the size, to either side.
        shift: as a part of the side, to either side.
        color: brightness, contrast and saturation, as a part, to either side.
        degrade: probability of blur, low resolution, noise or JPEG artefacts, each by itself, 0..1.
        erase: probability of a grey rectangle or a grey border, each by itself, 0..1.
    """

    rotation: float = Field(15.0, ge=0, le=45)
    scale: float = Field(0.12, ge=0, le=0.5)
    shift: float = Field(0.06, ge=0, le=0.3)
    color: float = Field(0.3, ge=0, le=0.9)
    degrade: float = Field(0.3, ge=0, le=1)
    erase: float = Field(0.3, ge=0, le=1)


class Frozen(_Section):
    """What of the network is not trained: its features are computed once, and training is many times faster.

    Attributes:
        blocks: how many of the backbone's first blocks.
        views: how many pictures are made of each crop; the epochs take turns with them. The first is plain.
    """

    blocks: int = Field(ge=1)
    views: int = Field(1, ge=1, le=16)


class Recipe(_Section):
    """One training run.

    Attributes:
        name: of the network in the zoo.
        stop_after: after how many epochs training ends, although the learning rate's schedule is made for all epochs of
            the stages; None trains to the end. It may be changed between runs.
        zoom: how much larger than in the canonical crop the network sees the face.
        frozen: what is not trained; None trains everything.
        warm_up: part of the steps in which the learning rate rises; it falls by a cosine afterwards.
        average_decay: per step, of the exponential moving average of the weights, which is what is kept.
        mixup: how strongly pairs of pictures and their labels are blended: the parameter of the beta distribution of
            Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018; 0 blends nothing.
        soft: the share of the soft labels of `python -m model teach`, 0..1; the rest is the labels themselves.
        max_per_identity: how many pictures of one person an epoch shows, each epoch others: a few people with very many
            pictures would otherwise be learned by heart.
    """

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    seed: int = 1
    network: NetworkRecipe = NetworkRecipe()
    stages: tuple[Stage, ...] = Field((Stage(),), min_length=1, strict=False)
    stop_after: int | None = Field(None, ge=1)
    zoom: float = Field(1.0, ge=1, le=2)
    frozen: Frozen | None = None
    batch: int = Field(64, ge=2, le=4096)
    learning_rate: float = Field(1e-3, gt=0, le=1)
    weight_decay: float = Field(0.02, ge=0, le=1)
    warm_up: float = Field(0.05, ge=0, lt=1)
    average_decay: float = Field(0.998, ge=0, lt=1)
    mixup: float = Field(0.0, ge=0, le=2)
    soft: float = Field(0.0, ge=0, le=1)
    max_per_identity: int = Field(12, ge=1)
    augmentation: Augmentation = Augmentation()

    @property
    def sides(self) -> list[int]:
        """The input side (pixels) of each epoch that the schedule is made for."""
        return [stage.side for stage in self.stages for _ in range(stage.epochs)]

    @property
    def last_epoch(self) -> int:
        """After how many epochs training ends."""
        return self.stop_after or len(self.sides)

    @model_validator(mode="after")
    def _stops_within_its_schedule(self) -> Recipe:
        if self.last_epoch > len(self.sides):
            message = f"stop_after: {self.stop_after}; the stages have {len(self.sides)} epochs"
            raise ValueError(message)
        return self

    def continues(self, started: object) -> bool:
        """Return whether a run that was started with the recipe `started` (its JSON) may go on with this one.

        Only stop_after may differ, or be missing: no epoch that is trained depends on it.
        """
        try:
            other = Recipe.model_validate(started, strict=False)
        except ValidationError:
            return False
        return other.model_copy(update={"stop_after": self.stop_after}) == self


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        RecipeError: the file is missing, is not YAML, or has a key or value that a recipe does not allow.
    """
    try:
        return Recipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"recipe {path} cannot be read: {error}"
        raise RecipeError(message) from error
    except ValidationError as error:
        message = (
            f"recipe {path}: {describe(error)}. The files in model/recipes show what is allowed"
        )
        raise RecipeError(message) from error
