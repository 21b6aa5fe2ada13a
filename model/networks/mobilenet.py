"""The attribute network: MobileNetV2, then two dense layers.

Backbone: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018 (table 2). Parameter names
follow torchvision's, so that its ImageNet weights load by name.
"""

from __future__ import annotations

from torch import Tensor, nn

from model.networks.layers import conv_bn_relu, dense_head, inverted_residual, scaled

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


class AttributeNetwork(nn.Module):
    """Logits of the attributes of one aligned face.

    Args:
        attributes: how many attributes the network predicts.
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
        layers: list[nn.Module] = [conv_bn_relu(nn.Conv2d(3, channels, 3, 2, 1, bias=False))]
        blocks = [
            (expansion, scaled(outputs, width), stride if i == 0 else 1)
            for expansion, outputs, repeats, stride in _STAGES
            for i in range(repeats)
        ]
        for expansion, outputs, stride in blocks[:depth]:
            layers.append(inverted_residual(channels, outputs, stride, expansion))
            channels = outputs
        layers.append(conv_bn_relu(nn.Conv2d(channels, features, 1, bias=False)))
        self.features = nn.Sequential(*layers)
        self.head = dense_head(features, hidden, attributes, dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Map x: (N, 3, S, S) float, RGB in -1..1, to logits (N, attributes).

        With a start, x is what that block of the backbone takes.
        """
        return self.head(self.features[start:](x).mean((2, 3)))
