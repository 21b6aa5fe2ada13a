"""Finds of a network become faces, and move from a part of a picture to the whole."""

from __future__ import annotations

import numpy as np
import pytest

from device.observation import Box
from device.perception.blazeface import Finds


def _row(left: float, top: float, side: float) -> list[float]:
    return [left, top, left + side, top + side, *[left, top] * 6]


def test_overlapping_detections_become_their_weighted_mean() -> None:
    """Two detections of one face are merged, the more certain one weighing more; the better score stays."""
    points = np.array([_row(0, 0, 100), _row(10, 0, 100)], np.float32)
    (face,) = Finds(points, np.array([0.9, 0.3], np.float32)).faces()
    assert face.box.x == pytest.approx(2.5)
    assert face.score == pytest.approx(0.9)


def test_detections_apart_stay_apart_and_the_best_comes_first() -> None:
    """Two faces that do not overlap are both kept, ordered by score."""
    points = np.array([_row(0, 0, 50), _row(200, 0, 50)], np.float32)
    faces = Finds(points, np.array([0.6, 0.8], np.float32)).faces()
    assert [face.box.x for face in faces] == [200, 0]


def test_detections_without_area_do_not_loop_forever() -> None:
    """Boxes of no size overlap nothing, and are still removed one by one."""
    points = np.zeros((3, 16), np.float32)
    assert len(Finds(points, np.array([0.6, 0.8, 0.7], np.float32)).faces()) == 3


def test_finds_move_from_a_part_of_a_picture_to_the_whole() -> None:
    """Boxes and keypoints alike: twice as large, and from where the part begins."""
    finds = Finds(np.array([_row(10, 20, 30)], np.float32), np.ones(1, np.float32))
    (face,) = finds.placed(2, (100, 200)).faces()
    assert face.box == Box(120, 240, 60, 60)
    assert face.keypoints.tolist() == [[120, 240]] * 6


def test_the_size_of_a_find_is_its_shorter_side() -> None:
    """No find has no size."""
    finds = Finds(np.array([[0, 0, 5, 9, *[0] * 12]], np.float32), np.ones(1, np.float32))
    assert finds.sizes.tolist() == [5]
    assert finds.where(np.array([False])).sizes.shape == (0,)
