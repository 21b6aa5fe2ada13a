"""The networks that training runs made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from model.errors import TrainingError
from model.networks.weights import fresh_network
from model.recipes.recipe import Recipe
from model.training.run_folder import BEST


@dataclass(frozen=True, slots=True)
class Member:
    """A trained network of an ensemble.

    Attributes:
        side: pixels of its input.
        attributes: the names of its outputs.
        val_accuracy: by which its weights were chosen, 0..1.
    """

    network: nn.Module
    recipe: Recipe
    side: int
    attributes: tuple[str, ...]
    val_accuracy: float


def read_members(runs: list[Path]) -> list[Member]:
    """Read the best weights of runs.

    Raises:
        TrainingError: a run has no weights, or the runs predict different attributes.
    """
    members = [_read(run) for run in runs]
    if len({member.attributes for member in members}) > 1:
        message = "the runs were trained on different attributes; only networks that predict the same go together"
        raise TrainingError(message)
    return members


def _read(run: Path) -> Member:
    weights = run / BEST
    if not weights.exists():
        message = (
            f"{weights} does not exist; run `python -m model train` to the end of an epoch first"
        )
        raise TrainingError(message)
    state: dict[str, Any] = torch.load(weights, map_location="cpu", weights_only=True)
    recipe = Recipe.model_validate(state["recipe"], strict=False)
    network = fresh_network(recipe, len(state["attributes"]))
    network.load_state_dict(state["network"])
    attributes = tuple(state["attributes"])
    return Member(network.eval(), recipe, state["side"], attributes, state["val_accuracy"])
