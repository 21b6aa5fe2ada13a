"""Where a network's first weights come from: noise, a backbone, another run, or a network that is already exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.data.batches import plain_batches
from model.errors import UnfuseError, WeightsError
from model.networks.efficientnet import EfficientAttributeNetwork, google_weights
from model.networks.mobilefacenet import FaceAttributeNetwork
from model.networks.mobilenet import AttributeNetwork
from model.networks.tflite import read_constants
from model.networks.unfuse import unfuse
from model.recipes.recipe import Recipe

_SAMPLE = 500
_EFFICIENTNET = "efficientnet-lite"
_FIRST_BLOCK = "features.0."

Network: TypeAlias = AttributeNetwork | EfficientAttributeNetwork | FaceAttributeNetwork


def fresh_network(recipe: Recipe, attributes: int) -> Network:
    """Make the network of a recipe for a number of attributes, filled with noise."""
    shape = recipe.network
    if shape.backbone == "mobilefacenet":
        return FaceAttributeNetwork(attributes, shape.hidden, shape.dropout)
    if shape.backbone.startswith(_EFFICIENTNET):
        size = int(shape.backbone.removeprefix(_EFFICIENTNET))
        return EfficientAttributeNetwork(attributes, shape.hidden, shape.dropout, size)
    return AttributeNetwork(
        attributes,
        shape.hidden,
        shape.dropout,
        shape.width,
        depth=shape.depth,
        features=shape.features,
    )


def build_network(
    recipe: Recipe,
    attributes: int,
    weights: Path | None,
    shards: Sequence[NDArray[np.uint8]],
) -> Network:
    """Make the network of a recipe, filled from a weight file.

    Args:
        recipe: gives the shape.
        attributes: how many the network predicts.
        weights: torchvision's MobileNetV2 or EfficientNet-Lite, of which the backbone is taken; a .tflite file of the
            same shape, such as a shipped attribute network, or MobileFaceNet's, of which the backbone is taken; or
            the best weights of another run, which are taken whole. None starts from noise.
        shards: prepared crops, (n, S, S, 3) uint8 BGR each, from which an exported network takes the statistics
            that it lost.

    Raises:
        WeightsError: the file does not hold weights of this shape.
    """
    network = fresh_network(recipe, attributes)
    if weights is None:
        return network
    try:
        if weights.suffix == ".tflite":
            unfuse(network, list(read_constants(weights)), _sample(shards, recipe))
            return network
        state = torch.load(weights, map_location="cpu", weights_only=True)
        if "network" in state:
            network.load_state_dict(state["network"])
            return network
        if isinstance(network, EfficientAttributeNetwork):
            state = google_weights(network, state)
        missing = network.load_state_dict(_alike(state, network), strict=False).missing_keys
    except (
        OSError,
        RuntimeError,
        AttributeError,
        TypeError,
        ValueError,
        UnpicklingError,
        UnfuseError,
    ) as error:
        message = f"weights {weights} do not fit {_described(recipe)}: {error}"
        raise WeightsError(message) from error
    if any(key.startswith(_FIRST_BLOCK) for key in missing):
        message = (
            f"weights {weights} lack a backbone; torchvision's mobilenet_v2, EfficientNet-Lite or a run's best.pt "
            "is expected"
        )
        raise WeightsError(message)
    return network


def _alike(state: Mapping[str, Tensor], network: Network) -> dict[str, Tensor]:
    """Return the weights of a backbone that fit; a network with fewer blocks has another end."""
    mine = {
        key: value for key, value in network.state_dict().items() if key.startswith("features.")
    }
    return {
        key: value for key, value in state.items() if key in mine and value.shape == mine[key].shape
    }


def _described(recipe: Recipe) -> str:
    shape = recipe.network
    has_width = shape.backbone == "mobilenetv2"
    return f"{shape.backbone} of width {shape.width}" if has_width else shape.backbone


def _sample(shards: Sequence[NDArray[np.uint8]], recipe: Recipe) -> Tensor:
    """Return several hundred plain crops from all over the shards, (N, 3, S, S) float32."""
    step = max(1, sum(map(len, shards)) // _SAMPLE)
    crops = np.concatenate([shard[::step] for shard in shards])
    nothing = np.zeros((len(crops), 1), np.float32)
    batches = plain_batches(crops, nothing, recipe.sides[0], recipe.zoom, len(crops))
    images: Tensor = next(iter(batches))[0]
    return images
