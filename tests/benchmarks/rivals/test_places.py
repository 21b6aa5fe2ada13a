"""Where faces are, as several detectors agree on it, and who found them."""

from __future__ import annotations

import pytest

from benchmarks.rivals.places import Count, agreed, count, is_same_place
from device.observation import Box


def _box(x: float, size: float = 100) -> Box:
    """A square whose centre is at (x, x)."""
    return Box(x - size / 2, x - size / 2, size, size)


LEFT, RIGHT, WALL = _box(100), _box(400), _box(900)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (_box(100, 240), True),  # one detector takes the hair with it
        (_box(130), True),
        (_box(160), False),  # the centre of each lies outside of the other
        (_box(160, 300), False),  # a small face in the corner of a large box
    ],
)
def test_boxes_around_one_face_are_one_place_however_much_they_take_with_it(
    other: Box, *, is_same: bool
) -> None:
    """The centre of each has to lie in the other."""
    assert is_same_place(LEFT, other) is is_same
    assert is_same_place(other, LEFT) is is_same


def test_what_only_one_detector_finds_is_no_place() -> None:
    """Two faces are counted, and both detectors find these two."""
    found = {"one": [LEFT, WALL, RIGHT], "two": [_box(390), _box(110)]}
    assert agreed(2, found) == [LEFT, RIGHT]


def test_a_detector_that_finds_a_face_twice_has_one_vote() -> None:
    """Else it would agree with itself."""
    assert agreed(1, {"one": [LEFT, _box(105)], "two": []}) is None


def test_of_more_places_than_faces_those_with_most_votes_count() -> None:
    """Two detectors take the wall for a face, three find the one that is there."""
    found = {"one": [WALL, LEFT], "two": [LEFT, WALL], "three": [LEFT]}
    assert agreed(1, found) == [LEFT]


def test_a_tie_about_the_last_place_leaves_all_open() -> None:
    """One face, and two places that are as likely."""
    assert agreed(1, {"one": [LEFT, WALL], "two": [LEFT, WALL]}) is None


def test_a_picture_without_faces_has_no_places_whatever_is_found() -> None:
    """People have counted none: what two detectors see there is false."""
    assert agreed(0, {"one": [WALL], "two": [WALL]}) == []


def test_a_wrong_find_does_not_make_up_for_a_missed_face() -> None:
    """Their number is right, and nothing else."""
    assert count([LEFT, WALL], 2, [LEFT, RIGHT]) == Count(found=1, missed=1, false=1)


def test_a_face_that_is_found_twice_is_found_once() -> None:
    """The nearer box counts for it."""
    assert count([_box(120), LEFT], 1, [LEFT]) == Count(found=1, missed=0, false=1)


def test_where_places_are_unknown_only_numbers_are_compared() -> None:
    """Three finds for two faces."""
    seen = count([LEFT, RIGHT, WALL], 2, None)
    assert seen == Count(found=2, missed=0, false=1)
    assert not seen.is_right
