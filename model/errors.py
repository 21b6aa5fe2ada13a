"""The errors of training that the user can act on, beyond those of the device."""

from __future__ import annotations

from device.errors import FacetError


class DataError(FacetError):
    """The data set is not as CelebA's layout says."""


class RecipeError(FacetError):
    """The recipe is missing or is not as the schema says."""


class WeightsError(FacetError):
    """The weights are missing, or not of this network's shape."""


class UnfuseError(ValueError):
    """The file holds no network like this in float16 or float32."""


class TrainingError(FacetError):
    """The run cannot start or go on."""


class PipelineError(FacetError):
    """The pipeline file is not as the schema says, or a step of it cannot start."""
