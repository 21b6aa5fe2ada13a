"""What a closer look makes of a find, with networks that see what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from device.observation import Image
from device.perception.detection import FaceDetector
from device.perception.full_range import FullRange
from device.perception.runtime import Network

CELL = 4
SHORT_ANCHORS = 896
# Pixels: the anchor in the middle is two beside the middle of the input.
BESIDE = 2
SMALL, CLOSE_BY = 20, 64


class Scripted:
    """Sees one face of a size in pixels in the middle, with another score each time; with a score of 0, none."""

    def __init__(self, side: int, anchors: int, seen: Iterator[tuple[float, int]]) -> None:
        self.input_shape = (1, side, side, 3)
        self.input = np.zeros(self.input_shape, np.float32)
        self.path = Path("scripted.tflite")
        self.anchors = anchors
        self.seen = seen

    def run(self) -> list[NDArray[np.float32]]:
        """Return boxes and logits."""
        score, size = next(self.seen, (0.0, 0))
        boxes = np.zeros((1, self.anchors, 16), np.float32)
        logits = np.full((1, self.anchors, 1), -20, np.float32)
        if score:
            cells = self.input_shape[1] // CELL
            middle = cells // 2 * (cells + 1)
            boxes[0, middle] = [-BESIDE, -BESIDE, size, size, *[-BESIDE] * 12]
            logits[0, middle] = np.log(score / (1 - score))
        return [boxes, logits]


def grey(width: int, height: int) -> Image:
    """Return a frame in which there is nothing."""
    return np.full((height, width, 3), 110, np.uint8)


def detector(full: Scripted, closer: Scripted) -> FaceDetector:
    """Return a detector whose short-range network sees nothing."""
    networks = (full, closer, Scripted(128, SHORT_ANCHORS, iter([])))
    far, near, short = (cast("Network", network) for network in networks)
    return FaceDetector(FullRange({(192, 192): lambda: far}), near, short, 0.5, 48)


def scores(*seen: tuple[float, int], size: tuple[int, int] = (192, 192)) -> list[float]:
    """Return the scores of the faces found where the full-range networks see this, one look after the other.

    Args:
        seen: score and size of the face in each look.
        size: (width, height) of the frame.
    """
    looks = iter(seen)
    full, closer = (Scripted(side, (side // CELL) ** 2, looks) for side in (192, 128))
    return [face.score for face in detector(full, closer).detect(grey(*size))]


def test_the_last_look_counts() -> None:
    """Its score is that of the face."""
    assert scores((0.7, SMALL), (0.9, CLOSE_BY)) == pytest.approx([0.9])


def test_what_a_closer_look_does_not_see_is_no_face() -> None:
    """However certain the first look was."""
    assert scores((0.9, SMALL), (0.4, CLOSE_BY)) == []
    assert scores((0.9, SMALL)) == []


def test_a_closer_look_must_make_up_for_what_a_weak_find_lacks() -> None:
    """A score of 0.4 needs one of 0.6; one of 0.29 is not looked at."""
    assert scores((0.4, SMALL), (0.65, CLOSE_BY)) == pytest.approx([0.65])
    assert scores((0.4, SMALL), (0.55, CLOSE_BY)) == []
    assert scores((0.29, SMALL), (0.95, CLOSE_BY)) == []


def test_a_large_face_is_what_the_first_look_says() -> None:
    """And it must be certain at once."""
    assert scores((0.6, CLOSE_BY), (0.9, CLOSE_BY)) == pytest.approx([0.6])
    assert scores((0.4, CLOSE_BY), (0.9, CLOSE_BY)) == []


LARGE_FRAME = (1280, 960)
TRACE = (0.05, 10)


def test_where_the_whole_frame_shows_a_trace_a_part_of_it_is_looked_at() -> None:
    """What is suspected there is looked at closely, as anywhere."""
    assert scores(TRACE, (0.6, SMALL), (0.9, CLOSE_BY), size=LARGE_FRAME) == pytest.approx([0.9])
    assert scores(TRACE, (0.29, SMALL), (0.9, CLOSE_BY), size=LARGE_FRAME) == []
    assert scores(TRACE, (0.6, SMALL), (0.3, CLOSE_BY), size=LARGE_FRAME) == []


@pytest.mark.parametrize("seen", [(0.02, 10), (0.2, 40)])
def test_no_part_is_looked_at_where_there_is_no_trace_of_a_small_face(
    seen: tuple[float, int],
) -> None:
    """A score below 0.03 is none, and a large face would be suspected in the whole frame."""
    assert scores(seen, (0.6, SMALL), (0.9, CLOSE_BY), size=LARGE_FRAME) == []


def test_a_trace_of_what_is_known_is_not_looked_at_again() -> None:
    """A closer look has seen the face, and the next look would see another."""
    faces = scores((0.6, SMALL), (0.9, CLOSE_BY), (0.8, CLOSE_BY), size=LARGE_FRAME)
    assert faces == pytest.approx([0.9])


def test_a_frame_too_large_for_traces_is_looked_at_in_all_parts() -> None:
    """At 1920x1080 six, whatever the whole shows; the last one shows a face."""
    looks = [(0.0, 0)] * 6 + [(0.6, SMALL), (0.9, CLOSE_BY)]
    assert len(scores(*looks, size=(1920, 1080))) == 1


class Speckled(Scripted):
    """Sees a trace of a small face in every so many cells."""

    def __init__(self, side: int, every: int) -> None:
        super().__init__(side, (side // CELL) ** 2, iter([]))
        self.every = every
        self.looks = 0

    def run(self) -> list[NDArray[np.float32]]:
        """Return boxes and logits, and count."""
        self.looks += 1
        boxes, logits = super().run()
        cells = self.input_shape[1] // CELL
        score, size = TRACE
        grid = logits.reshape(cells, cells)
        grid[:: self.every, :: self.every] = np.log(score / (1 - score))
        boxes[..., 2:4] = size
        return [boxes, logits]


@pytest.mark.parametrize(
    ("every", "tiles"),
    [
        (24, 0),  # four traces
        (6, 4),  # 64 of them, which the parts around would hardly show in fewer pixels
    ],
)
def test_a_frame_with_traces_everywhere_is_looked_at_in_all_parts(every: int, tiles: int) -> None:
    """To find the fewest parts around hundreds of traces would take longer than to look at all."""
    looking, closer = Speckled(192, every), Scripted(128, (128 // CELL) ** 2, iter([]))
    detector(looking, closer).detect(grey(*LARGE_FRAME))
    assert looking.looks == 1 + tiles
