"""From PyTorch to TFLite, with half-precision weights, or with eight-bit weights and activations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import litert_torch
import numpy as np
import torch
from ai_edge_quantizer import qtyping, quantizer
from ai_edge_quantizer.algorithm_manager import AlgorithmName
from numpy.typing import NDArray
from torch import nn

_SIGNATURE, _INPUT = "serving_default", "args_0"
_EVERYTHING = qtyping.TFLOperationName.ALL_SUPPORTED


def to_float16(network: nn.Module, side: int, path: Path) -> None:
    """Write a network that takes (1, side, side, 3) with float16 weights: half the size, the same answers to 1e-3."""
    with TemporaryDirectory() as folder:
        tool = quantizer.Quantizer(str(_float32(network, side, Path(folder))))
        weights = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
        # The arithmetic stays float32.
        config = qtyping.OpQuantizationConfig(
            weight_tensor_config=weights, compute_precision=qtyping.ComputePrecision.FLOAT
        )
        tool.update_quantization_recipe(".*", _EVERYTHING, config, AlgorithmName.FLOAT_CASTING)
        _write(tool.quantize(), Path(folder), path)


def to_int8(
    network: nn.Module, side: int, path: Path, samples: Sequence[NDArray[np.float32]]
) -> None:
    """Write a network that takes (1, side, side, 3) float32 and works in eight bits, weights scaled channel by channel.

    Args:
        network: PyTorch's.
        side: of its input, in pixels.
        path: of the .tflite file.
        samples: typical inputs, (1, side, side, 3) float32 each, from which the ranges of activations are taken.
    """
    with TemporaryDirectory() as folder:
        tool = quantizer.Quantizer(str(_float32(network, side, Path(folder))))
        tool.add_static_config(".*", _EVERYTHING, activation_num_bits=8, weight_num_bits=8)
        # The node hands over and takes float32, whatever the network works in.
        for edge in (qtyping.TFLOperationName.INPUT, qtyping.TFLOperationName.OUTPUT):
            tool.update_quantization_recipe(".*", edge, algorithm_key=AlgorithmName.NO_QUANTIZE)
        ranges = tool.calibrate({_SIGNATURE: [{_INPUT: sample} for sample in samples]})
        _write(tool.quantize(ranges), Path(folder), path)


def _float32(network: nn.Module, side: int, folder: Path) -> Path:
    path = folder / "float32.tflite"
    litert_torch.convert(network.eval(), (torch.zeros(1, side, side, 3),)).export(str(path))
    return path


def _write(result: quantizer.QuantizationResult, folder: Path, path: Path) -> None:
    finished = folder / "finished.tflite"
    result.export_model(str(finished))
    path.write_bytes(finished.read_bytes())
