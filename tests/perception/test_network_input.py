"""What a network sees of a picture is the picture: shrunk by averaging, in whatever way is quickest."""

from __future__ import annotations

import tracemalloc
from typing import cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.observation import Image
from device.perception.arithmetic import sigmoid
from device.perception.blazeface import FULL_RANGE_GRIDS, BlazeFace, shrink
from device.perception.runtime import Network

SIDE = 192
# Of 0..255: far less than what a detector notices, or what a step of one byte would be.
THOUSANDTH = 1e-3
HALF_A_LEVEL = 0.5
ANCHORS = (SIDE // 4) ** 2


class Recorder:
    """A network that finds nothing, and keeps what it was shown."""

    input_shape = (1, SIDE, SIDE, 3)

    def __init__(self) -> None:
        # As an interpreter has it that has looked at something else before.
        self.input = np.full(self.input_shape, 7, np.float32)
        self.logits = np.full((1, ANCHORS, 1), -20, np.float32)

    def run(self) -> list[NDArray[np.float32]]:
        """Return boxes and logits."""
        return [np.zeros((1, ANCHORS, 16), np.float32), self.logits]


def picture(height: int, width: int) -> Image:
    """Return a picture in which each pixel has another color."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def shown(image: Image | NDArray[np.float32], scale: float = 1.0) -> NDArray[np.float32]:
    """Return what the network is shown of an image, (1, SIDE, SIDE, 3)."""
    network = Recorder()
    BlazeFace(cast("Network", network), FULL_RANGE_GRIDS, scale).find(image, 0.5)
    return network.input


def averaged(image: Image | NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Return the image in another size, in floats."""
    floats = image.astype(np.float32)
    return np.asarray(cv2.resize(floats, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def halved(image: Image) -> Image:
    """Return the image with its sides halved: the means of four pixels, a half rounded up as on any processor."""
    height, width = (length // 2 for length in image.shape[:2])
    pairs = image[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
    return np.asarray((pairs.sum(axis=(1, 3), dtype=np.uint16) + 2) // 4, np.uint8)


@pytest.mark.parametrize("scale", [1, 2 / 3])
@pytest.mark.parametrize(
    ("height", "width"),
    [(480, 640), (640, 480), (600, 800), (333, 517), (96, 96), (2, 640), (640, 1), (1, 1)],
)
def test_a_picture_lies_in_the_middle_of_a_black_square(
    height: int, width: int, scale: float
) -> None:
    """RGB in -1..1, as the plain formula gives it; floats as well as bytes."""
    image = picture(height, width)
    factor = scale * SIDE / max(height, width)
    across, down = max(1, round(width * factor)), max(1, round(height * factor))
    left, top = (SIDE - across) // 2, (SIDE - down) // 2
    expected = np.full((1, SIDE, SIDE, 3), -1, np.float32)
    expected[0, top : top + down, left : left + across] = (
        averaged(image, across, down)[..., ::-1] * np.float32(2 / 255) - 1
    )
    seen = shown(image, scale)
    assert np.abs(seen - expected).max() * 255 / 2 < THOUSANDTH
    assert np.array_equal(shown(image.astype(np.float32), scale), seen)


def test_a_part_of_a_frame_needs_no_copy() -> None:
    """It is shown as if it were a picture for itself."""
    frame = picture(480, 640)
    part = frame[100:230, 50:210]
    assert np.array_equal(shown(part), shown(np.ascontiguousarray(part)))


@pytest.mark.parametrize(
    ("height", "width", "divisor"), [(1080, 1920, 4), (720, 1281, 3), (100, 4000, 4), (64, 64, 1)]
)
def test_shrinking_some_rows_at_a_time_changes_nothing(
    height: int, width: int, divisor: int
) -> None:
    """But the last bits; where the divisor is even the image is halved first, in bytes."""
    image = picture(height, width)
    first = halved(halved(image)) if divisor == 4 else image
    at_once = averaged(first, width // divisor, height // divisor)
    assert np.abs(shrink(image, divisor) - at_once).max() < THOUSANDTH


@pytest.mark.parametrize("divisor", [2, 4, 8])
def test_halving_in_bytes_changes_a_pixel_by_about_a_grey_level_at_most(divisor: int) -> None:
    """Half a level for each time that it is rounded, and far less on average."""
    image = picture(1080, 1920)
    change = shrink(image, divisor) - averaged(image, 1920 // divisor, 1080 // divisor)
    assert np.abs(change).max() <= HALF_A_LEVEL * np.log2(divisor)
    assert abs(change.mean()) < HALF_A_LEVEL


@pytest.mark.parametrize("min_score", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_no_find_is_lost_by_looking_at_the_likely_anchors_only(min_score: float) -> None:
    """There are as many as the scores of all anchors say, and they are the same ones."""
    network = Recorder()
    logits = np.random.default_rng(0).normal(0, 4, (1, ANCHORS, 1)).astype(np.float32)
    logits[0, :4, 0] = [-100, 100, np.log(1 / 9), np.log(9)]
    network.logits = logits
    finds = BlazeFace(cast("Network", network), FULL_RANGE_GRIDS).find(picture(8, 8), min_score)
    scores = sigmoid(logits[0, :, 0])
    assert np.array_equal(finds.scores, scores[scores >= min_score])


def test_what_is_left_over_at_the_far_edges_is_not_seen() -> None:
    """Fewer pixels than the divisor, so that no pixel of the result shows less than the others."""
    image = picture(203, 402)
    assert np.array_equal(shrink(image, 4), shrink(image[:200, :400], 4))


@pytest.mark.parametrize(("height", "width"), [(3, 4000), (4000, 3)])
def test_a_picture_that_is_thinner_than_the_divisor_stays_one_pixel_thin(
    height: int, width: int
) -> None:
    """There is always something to look at."""
    assert shrink(picture(height, width), 4).shape == (max(1, height // 4), max(1, width // 4), 3)


def test_a_photograph_is_shrunk_in_little_memory() -> None:
    """In floats it would take four times its bytes; a small Pi has 512 MB for everything."""
    image = picture(3000, 4000)
    tracemalloc.start()
    shrunk = shrink(image, 4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - shrunk.nbytes < image.nbytes / 8
