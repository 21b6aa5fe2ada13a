"""What a closer look makes of a find, with networks that see what the test says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from device.perception.detection import FaceDetector
from device.perception.runtime import Network

FULL_ANCHORS, SHORT_ANCHORS = 2304, 896
MIDDLE = 24 * 48 + 24
# Pixels: the anchor in the middle is two beside the middle of 192.
BESIDE = 2
SMALL, CLOSE_BY = 20, 64


class Scripted:
    """Sees one face of a size in pixels in the middle, with another score each time; with a score of 0, none."""

    def __init__(self, side: int, anchors: int, seen: Sequence[tuple[float, int]]) -> None:
        self.input_shape = (1, side, side, 3)
        self.path = Path("scripted.tflite")
        self.anchors = anchors
        self.seen = iter(seen)

    def __call__(self, _: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return boxes and logits."""
        score, size = next(self.seen, (0.0, 0))
        boxes = np.zeros((1, self.anchors, 16), np.float32)
        logits = np.full((1, self.anchors, 1), -20, np.float32)
        if score:
            boxes[0, MIDDLE] = [-BESIDE, -BESIDE, size, size, *[-BESIDE] * 12]
            logits[0, MIDDLE] = np.log(score / (1 - score))
        return [boxes, logits]


def scores(*seen: tuple[float, int]) -> list[float]:
    """Return the scores of the faces found where the full-range network sees this, one look after the other."""
    full, short = Scripted(192, FULL_ANCHORS, seen), Scripted(128, SHORT_ANCHORS, [])
    detector = FaceDetector(cast("Network", full), cast("Network", short), 0.5, 48)
    return [face.score for face in detector.detect(np.full((192, 192, 3), 110, np.uint8))]


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
