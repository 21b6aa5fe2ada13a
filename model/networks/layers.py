"""What the networks share: blocks, depthwise convolutions that train fast on a CPU, and the dense layers at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn

_FAST_KERNEL = 3

Normalisation: TypeAlias = Callable[[int], nn.BatchNorm2d]
"""Makes the normalisation of a number of channels."""


class Depthwise(nn.Conv2d):
    """A depthwise convolution, padded by half its kernel.

    Of stride 2 or with a large kernel it is kept in float32: its bfloat16 gradient is several times slower on a CPU.
    """

    def __init__(self, channels: int, kernel: int, stride: int) -> None:
        super().__init__(
            channels, channels, kernel, stride, kernel // 2, groups=channels, bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map x: (N, channels, H, W) to (N, channels, H / stride, W / stride)."""
        is_fast = self.kernel_size[0] == _FAST_KERNEL and self.stride[0] == 1
        if is_fast or x.device.type != "cpu":
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


class Bottleneck(nn.Module):
    """Layers whose input is added to their output, where both have the same shape.

    Args:
        inputs: channels.
        outputs: channels.
        stride: of the layers as a whole.
        layers: what they are.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, *layers: nn.Module) -> None:
        super().__init__()
        self._is_residual = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map x: (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        return x + self.conv(x) if self._is_residual else self.conv(x)


def conv_bn_relu(
    convolution: nn.Conv2d, normalise: Normalisation = nn.BatchNorm2d
) -> nn.Sequential:
    """Let a normalisation and a ReLU6 follow a convolution."""
    channels = convolution.out_channels
    return nn.Sequential(convolution, normalise(channels), nn.ReLU6(inplace=True))


def inverted_residual(
    inputs: int,
    outputs: int,
    stride: int,
    expansion: int,
    kernel: int = 3,
    normalise: Normalisation = nn.BatchNorm2d,
) -> Bottleneck:
    """Make the block of MobileNetV2 and of EfficientNet-Lite (Sandler et al., CVPR 2018, figure 3b)."""
    hidden = inputs * expansion
    layers: list[nn.Module] = []
    if expansion > 1:
        layers.append(conv_bn_relu(nn.Conv2d(inputs, hidden, 1, bias=False), normalise))
    layers += [
        conv_bn_relu(Depthwise(hidden, kernel, stride), normalise),
        nn.Conv2d(hidden, outputs, 1, bias=False),
        normalise(outputs),
    ]
    return Bottleneck(inputs, outputs, stride, *layers)


def dense_head(features: int, hidden: int, attributes: int, dropout: float) -> nn.Sequential:
    """Make the two dense layers that end a network: (N, features) to logits (N, attributes)."""
    return nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(features, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU6(inplace=True),
        nn.Dropout(dropout),
        nn.Linear(hidden, attributes),
    )


def scaled(channels: int, width: float) -> int:
    """Round to a multiple of 8, never more than 10 % down (the paper's reference code)."""
    rounded = max(8, int(channels * width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels * width else rounded
