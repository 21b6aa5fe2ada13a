"""What the JSON beside an exported network says before it is calibrated: input, labels, groups, provenance."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

from device.networks.card import Groups, InputMeaning, ModelCard
from model.export.calibration import PROMISED_PRECISION, unfitted
from model.export.ensemble import Ensemble
from model.recipes.recipe import Recipe
from model.training.members import Member

_GROUPS = Groups(
    hair_color={
        "Black_Hair": "black",
        "Blond_Hair": "blond",
        "Brown_Hair": "brown",
        "Gray_Hair": "gray",
        "Bald": "bald",
    },
    no_facial_hair="No_Beard",
    facial_hair={"5_o_Clock_Shadow": "stubble", "Mustache": "mustache", "Goatee": "goatee"},
    other_facial_hair=("Sideburns",),
    # In CelebA 23 % of the bald have gray hair as well, six times as many as chance would give, and 28 % of those with
    # stubble have no beard. All other pairs hardly occur.
    compatible=(("Bald", "Gray_Hair"), ("5_o_Clock_Shadow", "No_Beard")),
)


def describe(
    members: Sequence[Member], ensemble: Ensemble, tflite: Path, arithmetic: str
) -> ModelCard:
    """Return the meaning of an exported network's numbers; its labels are still to be calibrated.

    Args:
        members: of the ensemble.
        ensemble: gives the size of the input.
        tflite: the file that was written.
        arithmetic: for the provenance, such as "float16 weights".
    """
    return ModelCard(
        format=2,
        name=tflite.stem,
        version=datetime.now(UTC).strftime("%Y.%m.%d"),
        sha256=hashlib.sha256(tflite.read_bytes()).hexdigest(),
        input=InputMeaning(side=ensemble.side, mean=127.5, scale=127.5, margin=ensemble.margin),
        flip_average=True,
        promised_precision=PROMISED_PRECISION,
        labels=tuple(unfitted(name, len(members)) for name in members[0].attributes),
        groups=_GROUPS,
        provenance={
            "network": " + ".join(_backbone(member.recipe) for member in members)
            + f", {arithmetic}",
            "data": "CelebA (Liu et al., ICCV 2015), a subset; non-commercial research only",
            "recipes": ", ".join(member.recipe.name for member in members),
            "val_accuracy_of_each": ", ".join(f"{member.val_accuracy:.5f}" for member in members),
            "trained_with": f"PyTorch {torch.__version__} on {platform.machine()}",
        },
    )


def _backbone(recipe: Recipe) -> str:
    shape = recipe.network
    if shape.backbone == "mobilefacenet":
        backbone = "MobileFaceNet"
    elif shape.backbone == "mobilenetv2":
        backbone = f"MobileNetV2 {shape.width}"
    else:
        backbone = shape.backbone.replace("efficientnet-lite", "EfficientNet-Lite")
    return f"{backbone} with two dense layers ({shape.hidden})"
