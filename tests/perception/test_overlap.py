"""How much boxes overlap."""

from __future__ import annotations

import numpy as np
import pytest

from device.observation import Box
from device.perception.overlap import corners, iou, is_among


def test_overlap_is_that_of_the_areas() -> None:
    """Half-overlapping squares share a third; boxes apart share nothing; a box is all of itself."""
    square = Box(0, 0, 10, 10)
    others = corners(Box(5, 0, 10, 10), Box(20, 0, 10, 10), square)
    assert iou(corners(square)[0], others) == pytest.approx([1 / 3, 0, 1])


def test_a_box_without_area_overlaps_nothing() -> None:
    """Not even itself, and without a division by zero."""
    point = corners(Box(0, 0, 0, 0))
    assert iou(point[0], point).tolist() == [0]


def test_overlap_keeps_the_precision_of_the_boxes() -> None:
    """The detector's are of single precision; and there may be none at all."""
    found = iou(np.zeros(4, np.float32), np.zeros((0, 4), np.float32))
    assert found.shape == (0,)
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("box", "is_known"),
    [
        (Box(10, 10, 100, 100), True),
        (Box(60, 0, 100, 100), False),  # a neighbour
        (Box(40, 0, 60, 50), True),  # what a tile shows of it
        (Box(40, 40, 20, 20), False),  # far behind somebody whose box is too large
        (Box(300, 300, 100, 100), False),
    ],
)
def test_a_find_is_a_known_face_if_it_overlaps_it_or_is_a_part_of_it(
    box: Box, is_known: bool
) -> None:
    """Whatever is much smaller is another face."""
    assert is_among(box, [Box(0, 0, 100, 100)]) is is_known


def test_no_find_is_among_no_faces() -> None:
    """There is nothing to compare with."""
    assert not is_among(Box(0, 0, 10, 10), [])
