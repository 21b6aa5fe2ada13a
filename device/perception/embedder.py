"""The recognition network: an aligned face in, a unit vector out that is near those of the same person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device.networks.recognition_card import (
    RECOGNITION_NETWORK,
    RecognitionCard,
    read_recognition_card,
)
from device.observation import Image
from device.people.embedding import Embedding
from device.perception.aligned_face import View
from device.perception.alignment import RECOGNITION
from device.perception.crop_network import answers
from device.perception.runtime import Network


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """What the network makes of a face.

    Attributes:
        embedding: (192,) float32, a unit vector.
        length: of the network's output before; short where it finds little of a face (Meng et al., "MagFace", CVPR
            2021, train for this; it holds for this network without).
    """

    embedding: Embedding
    length: float


class Embedder:
    """The recognition network and what its numbers mean. Made by `load`.

    Args:
        network: that the card describes.
        card: from the JSON beside the network.
    """

    def __init__(self, network: Network, card: RecognitionCard) -> None:
        self.network = network
        self.card = card
        self.view = View(card.input.side, card.input.margin, RECOGNITION)

    @classmethod
    def load(cls, path: Path = RECOGNITION_NETWORK, threads: int = 1) -> Embedder:
        """Load the network and its card.

        Args:
            path: the .tflite file; its JSON lies beside it.
            threads: CPU threads of an invocation.

        Raises:
            ModelError: network or JSON is missing or damaged, or they do not fit each other.
        """
        card = read_recognition_card(path)
        # The card has the checksum.
        network = Network.load(path, threads)
        side = card.input.side
        network.require_shapes((1, side, side, 3), [(1, card.dimensions)])
        return cls(network, card)

    def embed(self, crop: Image) -> Embedded:
        """Return what the network makes of a crop of its view, (side, side, 3) uint8 BGR."""
        card = self.card
        (output,) = answers(self.network, card.input, crop, flip_average=card.flip_average)
        length = float(np.linalg.norm(output))
        return Embedded(np.asarray(output / max(length, 1e-9), np.float32), length)
