"""From training runs to the zoo: a TFLite network and the JSON that gives its numbers a meaning."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from device.networks.card import Groups, InputMeaning, Label, ModelCard, Threshold
from device.perception.analysers.attributes import AttributeClassifier
from model.calibration import PROMISED_PRECISION, fit_labels
from model.celeba import CelebA
from model.convert import to_float16, to_int8
from model.evaluate import answer
from model.members import Member, read_members
from model.recipe import Recipe

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
_UNFITTED = Threshold(value=0.5, precision=0, recall=0)


class Ensemble(nn.Module):
    """Several networks, each with its own view of one crop, as one network.

    The crop lies as a camera's pixels lie in memory: (1, S, S, 3), RGB in -1..1. It is as large as the most demanding
    member needs it.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(member.network for member in members)
        widest = min(member.recipe.zoom for member in members)
        self.margin = 1 / widest
        zooms = [member.recipe.zoom / widest for member in members]
        self._inputs = [member.side for member in members]
        self.side = max(round(side * z) for side, z in zip(self._inputs, zooms, strict=True))
        self._cuts = [round(self.side / zoom) for zoom in zooms]

    def forward(self, x: Tensor) -> Tensor:
        """Map x to the members' logits (1, members, attributes)."""
        x = x.permute(0, 3, 1, 2)
        logits = [
            network(_view(x, cut, side))
            for network, cut, side in zip(self.networks, self._cuts, self._inputs, strict=True)
        ]
        return torch.stack(logits, dim=1)


def _view(x: Tensor, cut: int, side: int) -> Tensor:
    """Cut the middle out of x and bring it to a side."""
    edge = (x.shape[-1] - cut) // 2
    middle = x[..., edge : edge + cut, edge : edge + cut]
    if cut == side:
        return middle
    return interpolate(middle, (side, side), mode="bilinear", align_corners=False)


def export(
    runs: list[Path], data: CelebA, zoo: Path, name: str | None = None, *, int8: bool = False
) -> ModelCard:
    """Write the best weights of a run, or of several that answer together, calibrated on the validation split.

    Args:
        runs: folders of training runs.
        data: gives the validation split.
        zoo: takes the .tflite and its JSON.
        name: of both files; that of the first run's recipe if None.
        int8: weights of eight bits instead of sixteen.

    Raises:
        TrainingError: a run has no weights, or the runs answer different attributes.
        DataError: the data has no validation split, or a picture cannot be read.
    """
    members = read_members(runs)
    ensemble = Ensemble(members)
    zoo.mkdir(parents=True, exist_ok=True)
    tflite = zoo / f"{name or members[0].recipe.name}.tflite"
    write = to_int8 if int8 else to_float16
    write(ensemble, ensemble.side, tflite)
    card = _describe(members, ensemble, tflite, "int8 weights" if int8 else "float16 weights")
    _write(card, tflite)
    return calibrate(tflite, data)


def calibrate(tflite: Path, data: CelebA) -> ModelCard:
    """Fit scales, biases and thresholds of an exported network on the validation split, and write them into its JSON.

    Raises:
        ModelError: the network or its JSON cannot be read.
        DataError: the data has no validation split, or a picture cannot be read.
    """
    classifier = AttributeClassifier.load(tflite, threads=os.cpu_count() or 1)
    labels = fit_labels(classifier.card.names, answer(classifier, data, "val"))
    card = classifier.card.model_copy(update={"labels": labels})
    _write(card, tflite)
    return card


def _describe(
    members: Sequence[Member], ensemble: Ensemble, tflite: Path, arithmetic: str
) -> ModelCard:
    scales = (1.0,) * len(members)
    return ModelCard(
        format=2,
        name=tflite.stem,
        version=datetime.now(UTC).strftime("%Y.%m.%d"),
        sha256=hashlib.sha256(tflite.read_bytes()).hexdigest(),
        input=InputMeaning(side=ensemble.side, mean=127.5, scale=127.5, margin=ensemble.margin),
        flip_average=True,
        promised_precision=PROMISED_PRECISION,
        labels=tuple(
            Label(name=name, scales=scales, bias=0, balanced=_UNFITTED, precise=_UNFITTED)
            for name in members[0].attributes
        ),
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


def _write(card: ModelCard, tflite: Path) -> None:
    text = card.model_dump_json(indent=1) + "\n"
    tflite.with_suffix(".json").write_text(text, encoding="utf-8")
