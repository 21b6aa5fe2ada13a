"""From PyTorch to TFLite, with weights of sixteen or of eight bits."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import litert_torch
import torch
from ai_edge_quantizer import qtyping, quantizer
from ai_edge_quantizer.algorithm_manager import AlgorithmName
from torch import nn

_EVERYTHING = qtyping.TFLOperationName.ALL_SUPPORTED


def to_float16(network: nn.Module, side: int, path: Path) -> None:
    """Write a network that takes (1, side, side, 3) with float16 weights: half the size, the same logits to 1e-3."""
    with TemporaryDirectory() as folder:
        tool = quantizer.Quantizer(str(_float32(network, side, Path(folder))))
        weights = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
        # The arithmetic stays float32.
        config = qtyping.OpQuantizationConfig(
            weight_tensor_config=weights, compute_precision=qtyping.ComputePrecision.FLOAT
        )
        tool.update_quantization_recipe(".*", _EVERYTHING, config, AlgorithmName.FLOAT_CASTING)
        _write(tool.quantize(), Path(folder), path)


def to_int8(network: nn.Module, side: int, path: Path) -> None:
    """Write a network that takes (1, side, side, 3) with weights of eight bits, scaled channel by channel.

    The arithmetic stays float32: eight-bit activations round differently in each runtime, and the older one computes
    them ten times slower.
    """
    with TemporaryDirectory() as folder:
        tool = quantizer.Quantizer(str(_float32(network, side, Path(folder))))
        tool.add_weight_only_config(".*", _EVERYTHING, num_bits=8)
        _write(tool.quantize(), Path(folder), path)


def _float32(network: nn.Module, side: int, folder: Path) -> Path:
    path = folder / "float32.tflite"
    litert_torch.convert(network.eval(), (torch.zeros(1, side, side, 3),)).export(str(path))
    return path


def _write(result: quantizer.QuantizationResult, folder: Path, path: Path) -> None:
    finished = folder / "finished.tflite"
    result.export_model(str(finished))
    path.write_bytes(finished.read_bytes())
