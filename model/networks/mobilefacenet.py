"""The second attribute network: MobileFaceNet, which has learned faces by recognising people, then two dense layers.

Backbone: Chen et al., "MobileFaceNets: Efficient CNNs for Accurate Real-Time Face Verification on Mobile Devices", CCBR
2018 (table 1, with the wider first stage of github.com/sirius-ai/MobileFaceNet_TF).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from model.networks.layers import Bottleneck, dense_head

# (inner channels, output channels, stride): the bottlenecks of the weights that exist.
_BLOCKS = (
    (128, 64, 2),
    *[(128, 64, 1)] * 4,
    (256, 128, 2),
    *[(256, 128, 1)] * 6,
    (512, 128, 2),
    *[(256, 128, 1)] * 2,
)
_STEM_CHANNELS = 64
_FEATURE_CHANNELS = 512
# Of the feature map of a crop of 112 pixels, the only size that it takes.
_POOLED_SIDE = 7


class _Convolution(nn.Conv2d):
    """Pads as TensorFlow does: at stride 2 of an even side, right and below only.

    At stride 2 it stays in float32: the bfloat16 gradient of a depthwise one is three times slower on a CPU.
    """

    def forward(self, x: Tensor) -> Tensor:
        if self.kernel_size[0] == 1:
            return super().forward(x)
        if self.stride[0] == 1:
            return super().forward(pad(x, (1, 1, 1, 1)))
        padded = pad(x, (0, 1, 0, 1))
        if x.device.type != "cpu":
            return super().forward(padded)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(padded.float())


class _Places(nn.Conv2d):
    """A depthwise convolution as large as its input: one weighted sum per channel, which a product computes faster."""

    def forward(self, x: Tensor) -> Tensor:
        return (x * self.weight[:, 0]).sum((2, 3), keepdim=True)


def _conv_bn_prelu(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        _Convolution(inputs, outputs, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.PReLU(outputs),
    )


def _bottleneck(inputs: int, inner: int, outputs: int, stride: int) -> Bottleneck:
    return Bottleneck(
        inputs,
        outputs,
        stride,
        _conv_bn_prelu(inputs, inner),
        _conv_bn_prelu(inner, inner, 3, stride, groups=inner),
        nn.Conv2d(inner, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
    )


class FaceAttributeNetwork(nn.Module):
    """Logits of the attributes of one aligned face.

    Args:
        attributes: how many attributes the network predicts.
        hidden: width of the first of the two dense layers.
        dropout: probability of dropping an input of a dense layer, 0..1.
    """

    def __init__(self, attributes: int = 40, hidden: int = 384, dropout: float = 0.4) -> None:
        super().__init__()
        channels = _STEM_CHANNELS
        layers: list[nn.Module] = [
            _conv_bn_prelu(3, channels, 3, 2),
            _conv_bn_prelu(channels, channels, 3, groups=channels),
            nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels)),
        ]
        for inner, outputs, stride in _BLOCKS:
            layers.append(_bottleneck(channels, inner, outputs, stride))
            channels = outputs
        layers.append(_conv_bn_prelu(channels, _FEATURE_CHANNELS))
        self.features = nn.Sequential(*layers)
        # Learned for recognition, it weighs each place in a face differently; the plain mean does not.
        self.places = nn.Sequential(
            _Places(
                _FEATURE_CHANNELS,
                _FEATURE_CHANNELS,
                _POOLED_SIDE,
                groups=_FEATURE_CHANNELS,
                bias=False,
            ),
            nn.BatchNorm2d(_FEATURE_CHANNELS),
        )
        self.head = dense_head(2 * _FEATURE_CHANNELS, hidden, attributes, dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Map x: (N, 3, S, S) float, RGB in -1..1, S of 112 pixels, to logits (N, attributes).

        With a start, x is what that block of the backbone takes.
        """
        maps = self.features[start:](x)
        pooled = maps.mean((2, 3)), self.places(maps).flatten(1)
        return self.head(torch.cat(pooled, dim=1))
