"""From an exported network back to a trainable one: batch normalisation, fused by the export, is un-fused.

A fused convolution computes what convolution and normalisation computed together. Any mean and variance may be put back
between them as long as scale and shift undo them; those of real crops make the network train as if it had never been
fused (Ioffe and Szegedy, "Batch Normalization", ICML 2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model.errors import UnfuseError

_Norm = (nn.BatchNorm1d, nn.BatchNorm2d)
_Weighty = (nn.Conv2d, nn.Linear, nn.PReLU)

Constants = tuple[NDArray[np.float32], ...]
"""Of one layer, in PyTorch's layout: weight and bias, or the slopes of an activation."""


def unfuse(network: nn.Module, constants: Sequence[Constants], sample: Tensor) -> None:
    """Fill a network from an exported one; where both are alike it gives the same logits, and can be trained.

    Args:
        network: its last layers may be others than the exported ones; those stay as they are.
        constants: of each exported layer. Where they are of several networks, the most alike is taken.
        sample: (N, 3, S, S) float32, RGB in -1..1, some hundred typical crops whose statistics the normalisation takes.

    Raises:
        UnfuseError: no exported network begins like this one.
    """
    layers = list(_layers(network))
    start, count = _longest_match([tuple(layer.weight.shape) for layer, _ in layers], constants)
    if count < len(layers) // 2:
        message = f"none of its networks begins like {type(network).__name__} in this shape"
        raise UnfuseError(message)
    with torch.no_grad():
        for (layer, norm), values in zip(layers[:count], constants[start:], strict=False):
            _fill(layer, norm, [torch.from_numpy(array) for array in values])
        _measure(network, sample, [norm for _, norm in layers[:count] if norm is not None])


def _layers(
    network: nn.Module,
) -> Iterator[tuple[nn.Conv2d | nn.Linear | nn.PReLU, nn.BatchNorm1d | nn.BatchNorm2d | None]]:
    """Pair each layer that has weights, in the order of execution, with the normalisation after it."""
    modules = [m for m in network.modules() if isinstance(m, (*_Weighty, *_Norm))]
    for layer, following in zip(modules, [*modules[1:], None], strict=True):
        if not isinstance(layer, _Norm):
            yield layer, following if isinstance(following, _Norm) else None


def _longest_match(
    shapes: Sequence[tuple[int, ...]], constants: Sequence[Constants]
) -> tuple[int, int]:
    """Return where in the file most of the first layers follow each other, and how many."""
    found = [values[0].shape for values in constants]

    def matching(start: int) -> int:
        pairs = zip(shapes, found[start:], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    start = max(range(len(found)), key=matching, default=0)
    return start, matching(start)


def _fill(layer: nn.Module, norm: nn.BatchNorm2d | None, values: Sequence[Tensor]) -> None:
    layer.weight.copy_(values[0])
    if norm is None:
        if len(values) > 1:
            layer.bias.copy_(values[1])
        return
    # The weights become as large as a fresh layer's, so that an optimiser's step means what it usually does.
    size = float(layer.weight.square().mean().sqrt()) * layer.weight[0].numel() ** 0.5
    layer.weight.div_(size)
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(size)
    norm.bias.copy_(values[1])


def _measure(network: nn.Module, sample: Tensor, norms: Sequence[nn.BatchNorm2d]) -> None:
    """Give each normalisation the statistics of its input, and undo them in its scale and shift."""

    def take(norm: nn.BatchNorm2d, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].transpose(0, 1).flatten(1)
        mean, variance = x.mean(1), x.var(1)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.bias.add_(mean * norm.weight)
        norm.weight.mul_((variance + norm.eps).sqrt())

    hooks = [norm.register_forward_pre_hook(take) for norm in norms]
    network.eval()(sample)
    for hook in hooks:
        hook.remove()
