"""What the parts of every JSON beside a network have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of the JSON beside a network."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


Aim = Literal["balanced", "precise"]
"""Which of an attribute's two thresholds decides."""


class Threshold(Section):
    """The probability from which on an attribute is present.

    Attributes:
        value: the probability, 0..1.
        precision: share of the predicted positives that are true, on the validation split, 0..1.
        recall: share of the positives that are predicted, on the validation split, 0..1.
    """

    value: float = Field(gt=0, lt=1)
    precision: float = Field(ge=0, le=1)
    recall: float = Field(ge=0, le=1)
