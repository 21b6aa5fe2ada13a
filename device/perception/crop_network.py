"""What the networks that look at one face answer to its crop."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from device.networks.card import InputMeaning
from device.observation import Image
from device.perception.runtime import Network

FloatArray = NDArray[np.float32]


def answers(
    network: Network, meaning: InputMeaning, crop: Image, *, flip_average: bool
) -> list[FloatArray]:
    """Return the outputs of a network, in its file's order, without the axis of the batch.

    Args:
        network: with the input that its card describes.
        meaning: of that input.
        crop: uint8 BGR, of the size that the network sees.
        flip_average: whether to return the means of what it answers to the crop and to its mirror image, one after the
            other: the networks are exported for one picture at a time, which takes half the memory.

    Raises:
        ValueError: the crop has another size.
    """
    if (1, *crop.shape) != network.input_shape:
        # OpenCV would write into memory of its own, see _answers.
        message = f"the network sees {network.input_shape}, and the crop has {crop.shape}"
        raise ValueError(message)
    shown = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB), np.uint8)
    if not flip_average:
        return _answers(network, meaning, shown)
    # Before the network fills the processor's caches.
    flipped = np.asarray(cv2.flip(shown, 1), np.uint8)
    seen, mirrored = (_answers(network, meaning, each) for each in (shown, flipped))
    return [np.asarray((a + b) / 2, np.float32) for a, b in zip(seen, mirrored, strict=True)]


def _answers(network: Network, meaning: InputMeaning, shown: Image) -> list[FloatArray]:
    # Straight into the network's memory, each byte as what it means.
    cv2.LUT(shown, _meanings(meaning.mean, meaning.scale), dst=network.input[0])
    return [output[0] for output in network.run()]


@cache
def _meanings(mean: float, scale: float) -> FloatArray:
    """Return what each of the 256 values of a pixel means to a network, (256,) float32."""
    return np.asarray((np.arange(256, dtype=np.float32) - mean) / scale, np.float32)
