"""What the networks share: depthwise convolutions that train fast on a CPU, and the dense layers at the end."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_FAST_KERNEL = 3


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
        if self.kernel_size[0] == _FAST_KERNEL and self.stride[0] == 1:
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


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
