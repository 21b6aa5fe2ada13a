"""Eight-bit arithmetic: half the memory and two thirds of the time, wherever TFLite computes it rightly.

Not every TFLite does: that of 32-bit ARM answers something else. No list of machines says which; the network is asked
something whose answer is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.errors import WrongAnswersError
from device.networks.card import EightBitCard, InputMeaning
from device.observation import Image
from device.perception.crop_network import answers
from device.perception.runtime import Network

_BLOCK_PIXELS = 8
# Knuth, "The Art of Computer Programming", volume 3, 6.4: the golden ratio times 2**32.
_GOLDEN, _WORD, _TO_BYTE = 2654435761, 2**32, 24


def known_pattern(side: int) -> Image:
    """Return a picture of evenly spread colors in blocks, (side, side, 3) uint8: the same on every machine."""
    blocks = -(-side // _BLOCK_PIXELS)
    numbers = np.arange(blocks * blocks * 3, dtype=np.uint64)
    colors = (numbers * _GOLDEN % _WORD >> _TO_BYTE).astype(np.uint8).reshape(blocks, blocks, 3)
    return colors.repeat(_BLOCK_PIXELS, 0).repeat(_BLOCK_PIXELS, 1)[:side, :side]


def answers_to_pattern(network: Network, meaning: InputMeaning) -> list[NDArray[np.float32]]:
    """Return what a network answers to the known pattern: its outputs, in the file's order, flattened."""
    found = answers(network, meaning, known_pattern(meaning.side), flip_average=False)
    return [output.ravel() for output in found]


def require_right_answers(network: Network, meaning: InputMeaning, card: EightBitCard) -> float:
    """Make sure that this machine's TFLite computes a network in eight bits as it should.

    Args:
        network: for eight-bit arithmetic.
        meaning: of its input.
        card: has what the float network answers.

    Returns:
        The largest difference from that, in logits.

    Raises:
        WrongAnswersError: it is larger than the card allows.
    """
    expected = np.concatenate([np.array(output, np.float32) for output in card.answers])
    found = np.concatenate(answers_to_pattern(network, meaning))
    difference = float(abs(found - expected).max()) if found.shape == expected.shape else np.inf
    # Not the other way round: what is no number is wrong.
    if not difference <= card.tolerance:
        raise WrongAnswersError(network.path, difference, card.tolerance)
    return difference
