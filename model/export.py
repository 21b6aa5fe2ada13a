"""From a training run to the zoo: a float16 TFLite network and the JSON that gives its numbers a meaning."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import litert_torch
import torch
from ai_edge_quantizer import qtyping, quantizer
from ai_edge_quantizer.algorithm_manager import AlgorithmName
from torch import Tensor, nn

from device.perception.attributes import AttributeClassifier
from device.perception.bundle import Bundle, Groups, InputMeaning, Label, Threshold
from model.calibration import PROMISED_PRECISION, fit_labels
from model.celeba import CelebA
from model.evaluate import answer
from model.recipe import Recipe
from model.train import BEST, TrainingError, build_network

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
)
_UNFITTED = Threshold(value=0.5, precision=0, recall=0)


class _ChannelsLast(nn.Module):
    """The network as a camera's pixels lie in memory: (1, S, S, 3)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self._network = network

    def forward(self, x: Tensor) -> Tensor:
        return self._network(x.permute(0, 3, 1, 2))  # type: ignore[no-any-return]  # torch's


def export(run: Path, data: CelebA, zoo: Path) -> Bundle:
    """Write the best weights of a run into the zoo, calibrated on the data's validation split.

    Raises:
        TrainingError: the run has no weights.
        DataError: the data has no validation split, or a picture cannot be read.
    """
    weights = run / BEST
    if not weights.exists():
        msg = f"{weights} does not exist; run `python -m model train` to the end of an epoch first"
        raise TrainingError(msg)
    state: dict[str, Any] = torch.load(weights, map_location="cpu", weights_only=True)
    recipe = Recipe.model_validate(state["recipe"], strict=False)
    network = build_network(recipe, len(state["attributes"]), None)
    network.load_state_dict(state["network"])
    tflite = zoo / f"{recipe.name}.tflite"
    _convert(network, state["side"], tflite)
    bundle = _describe(recipe, state, tflite)
    classifier = AttributeClassifier(_write(bundle, tflite), threads=2)
    labels = fit_labels(tuple(state["attributes"]), answer(classifier, data, "val"))
    bundle = bundle.model_copy(update={"labels": labels})
    _write(bundle, tflite)
    return bundle


def _convert(network: nn.Module, side: int, path: Path) -> None:
    sample = (torch.zeros(1, side, side, 3),)
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "float32.tflite"
        litert_torch.convert(_ChannelsLast(network).eval(), sample).export(str(whole))
        halver = quantizer.Quantizer(str(whole))
        # Half the size; the arithmetic stays float32, so that the answers differ by less than 1e-3.
        halver.update_quantization_recipe(
            regex=".*",
            operation_name=qtyping.TFLOperationName.ALL_SUPPORTED,
            op_config=qtyping.OpQuantizationConfig(
                weight_tensor_config=qtyping.TensorQuantizationConfig(
                    num_bits=16, dtype=qtyping.TensorDataType.FLOAT
                ),
                compute_precision=qtyping.ComputePrecision.FLOAT,
            ),
            algorithm_key=AlgorithmName.FLOAT_CASTING,
        )
        halved = Path(folder) / "float16.tflite"
        halver.quantize().export_model(str(halved))
        path.write_bytes(halved.read_bytes())


def _describe(recipe: Recipe, state: dict[str, Any], tflite: Path) -> Bundle:
    now = datetime.now(UTC)
    return Bundle(
        format=2,
        name=recipe.name,
        version=now.strftime("%Y.%m.%d"),
        sha256=hashlib.sha256(tflite.read_bytes()).hexdigest(),
        input=InputMeaning(side=state["side"], mean=127.5, scale=127.5, margin=1.0),
        flip_average=True,
        promised_precision=PROMISED_PRECISION,
        labels=tuple(
            Label(name=name, scale=1, bias=0, balanced=_UNFITTED, precise=_UNFITTED)
            for name in state["attributes"]
        ),
        groups=_GROUPS,
        provenance={
            "network": f"MobileNetV2 {recipe.network.width}, two dense layers ({recipe.network.hidden}), float16",
            "backbone": "ImageNet weights of torchvision's mobilenet_v2 (BSD-3-Clause)",
            "data": "CelebA (Liu et al., ICCV 2015), a subset; non-commercial research only",
            "epochs": len(recipe.sides),
            "val_accuracy_before_thresholds": round(state["val_accuracy"], 5),
            "trained_with": f"PyTorch {torch.__version__} on {platform.machine()}",
        },
    )


def _write(bundle: Bundle, tflite: Path) -> Path:
    tflite.with_suffix(".json").write_text(
        bundle.model_dump_json(indent=1) + "\n", encoding="utf-8"
    )
    return tflite
