"""What the networks that look at one face are shown, and what is made of their answers."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from device.networks.card import InputMeaning
from device.perception.crop_network import answers
from device.perception.runtime import Network

SIDE = 16
MEANING = InputMeaning(side=SIDE, mean=127.5, scale=128.0, margin=1.0)
CROP = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


class Recorder:
    """A network that keeps what it was shown, and answers with how often it has run."""

    def __init__(self) -> None:
        self.input = np.full((1, SIDE, SIDE, 3), 7, np.float32)
        self.input_shape = self.input.shape
        self.shown: list[NDArray[np.float32]] = []

    def run(self) -> list[NDArray[np.float32]]:
        """Return two outputs."""
        self.shown.append(self.input.copy())
        number = len(self.shown)
        return [np.full((1, 2), number, np.float32), np.full((1, 3), -number, np.float32)]


@pytest.mark.parametrize("flip_average", [False, True])
def test_a_network_is_shown_exactly_what_its_card_says(flip_average: bool) -> None:
    """RGB, each pixel less the mean and divided by the scale, to the last bit; then the mirror image."""
    network = Recorder()
    answers(cast("Network", network), MEANING, CROP, flip_average=flip_average)
    plain = (CROP[None, ..., ::-1].astype(np.float32) - MEANING.mean) / MEANING.scale
    expected = [plain, plain[:, :, ::-1]][: 1 + flip_average]
    assert len(network.shown) == len(expected)
    for seen, values in zip(network.shown, expected, strict=True):
        assert np.array_equal(seen, values)


def test_the_answers_to_a_face_and_its_mirror_image_are_averaged() -> None:
    """Each output by itself, without the axis of the batch."""
    found = answers(cast("Network", Recorder()), MEANING, CROP, flip_average=True)
    assert [output.tolist() for output in found] == [[1.5] * 2, [-1.5] * 3]


def test_a_crop_of_another_size_is_refused() -> None:
    """Otherwise the network would answer to what was in its memory before."""
    network = Recorder()
    with pytest.raises(ValueError, match=r"sees \(1, 16, 16, 3\), and the crop has \(8, 8, 3\)"):
        answers(cast("Network", network), MEANING, CROP[:8, :8], flip_average=False)
    assert network.shown == []
