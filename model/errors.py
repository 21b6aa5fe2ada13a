"""The errors of training that the user can act on, beyond those of the device."""

from __future__ import annotations

from device.errors import FacetError


class DataError(FacetError):
    """The data set does not have CelebA's layout."""


class RecipeError(FacetError):
    """The recipe is missing or does not match its schema."""


class WeightsError(FacetError):
    """The weights are missing, or not of this network's shape."""


class UnfuseError(ValueError):
    """The file holds no network like this in float16 or float32."""


class TrainingError(FacetError):
    """The run cannot start or go on."""


class PipelineError(FacetError):
    """The pipeline file is missing or does not match its schema, or a step cannot run."""
