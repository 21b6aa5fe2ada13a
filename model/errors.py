"""The errors of training that the user can act on, beyond those of the device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from device.errors import FacetError

_PACKAGES = frozenset(
    {"ai_edge_quantizer", "litert_torch", "matplotlib", "torch", "torchvision", "tqdm"}
)
_INSTALL = "pip install torch==2.13.0 'facet-node[train]'"


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


class MissingPackageError(FacetError):
    """A package that only training needs is not installed."""


@contextmanager
def packages_of_training() -> Iterator[None]:
    """Let the body import packages that the node does not need.

    Raises:
        MissingPackageError: one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _PACKAGES:
            raise
        message = (
            f"the package {error.name} is not installed; training and measuring need: {_INSTALL}"
        )
        raise MissingPackageError(message) from error
