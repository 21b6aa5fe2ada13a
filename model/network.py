"""The attribute network: MobileNetV2, then two dense layers.

Backbone: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018 (table 2). Parameter names
follow torchvision's, so that its ImageNet weights load by name.
"""

from __future__ import annotations

from torch import Tensor, nn

from model.layers import Depthwise, dense_head, scaled

# (expansion, output channels, repeats, stride of the first repeat): table 2 of the paper.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
_STEM_CHANNELS = 32


def _conv_bn_relu(inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return _normalised(convolution, outputs)


def _normalised(convolution: nn.Conv2d, outputs: int) -> nn.Sequential:
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))


class _InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self._is_residual = stride == 1 and inputs == outputs
        layers: list[nn.Module] = [] if expansion == 1 else [_conv_bn_relu(inputs, hidden)]
        layers += [
            _normalised(Depthwise(hidden, 3, stride), hidden),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self._is_residual else self.conv(x)


class AttributeNetwork(nn.Module):
    """Logits of the attributes of one aligned face.

    Args:
        attributes: how many attributes the network answers.
        hidden: width of the first of the two dense layers.
        dropout: probability of dropping an input of a dense layer, 0..1.
        width: multiplier of the backbone's channels; ImageNet weights exist for 1.0.
        depth: how many of the 17 inverted residuals there are, from the first.
        features: channels of the last convolution.
    """

    def __init__(
        self,
        attributes: int = 40,
        hidden: int = 256,
        dropout: float = 0.3,
        width: float = 1.0,
        *,
        depth: int = 17,
        features: int = 1280,
    ) -> None:
        super().__init__()
        channels = scaled(_STEM_CHANNELS, width)
        layers: list[nn.Module] = [_conv_bn_relu(3, channels, 3, 2)]
        blocks = [
            (expansion, scaled(outputs, width), stride if i == 0 else 1)
            for expansion, outputs, repeats, stride in _STAGES
            for i in range(repeats)
        ]
        for expansion, outputs, stride in blocks[:depth]:
            layers.append(_InvertedResidual(channels, outputs, stride, expansion))
            channels = outputs
        layers.append(_conv_bn_relu(channels, features))
        self.features = nn.Sequential(*layers)
        self.head = dense_head(features, hidden, attributes, dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Map x: (N, 3, S, S) float, RGB in -1..1, to logits (N, attributes).

        With a start, x is what that block of the backbone takes.
        """
        return self.head(self.features[start:](x).mean((2, 3)))
