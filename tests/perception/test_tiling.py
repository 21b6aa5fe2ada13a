"""A large frame is divided so that every face worth judging is large enough in some tile."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from device.observation import Box
from device.perception.tiling import around, surroundings, tile

SIDE = 192
SQUARE, WIDE = (SIDE, SIDE), (SIDE, 160)


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (768, 576), (800, 600), (1, 1)])
def test_a_frame_in_which_faces_are_large_enough_is_not_divided(size: tuple[int, int]) -> None:
    """One look at the whole sees a face of 48 pixels in it."""
    tiling = tile(size, 48, [SQUARE])
    assert (tiling.divisor, tiling.corners) == (1, ())


@pytest.mark.parametrize(
    ("size", "min_face", "tiles"),
    [
        ((1280, 720), 48, 2),
        ((1920, 1080), 48, 6),
        ((1920, 1080), 120, 0),  # whoever needs no small faces pays for no tiles
        ((3840, 2160), 48, 28),
        ((4000, 1000), 48, 14),  # a panorama
        ((1000, 4000), 48, 14),
    ],
)
def test_a_large_frame_has_as_many_tiles_as_its_smallest_face_needs(
    size: tuple[int, int], min_face: float, tiles: int
) -> None:
    """Fewer tiles would show it too small; more would cost for nothing."""
    tiling = tile(size, min_face, [SQUARE])
    assert len(tiling.corners) == tiles
    if tiles:
        assert min_face / tiling.divisor >= 12


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160), (4000, 1000)])
def test_tiles_cover_a_frame_and_overlap(size: tuple[int, int]) -> None:
    """Up to each edge and not beyond it; a face of 48 pixels of the input is whole in one of them."""
    tiling = tile(size, 48, [SQUARE])
    for length, starts in zip(size, zip(*tiling.corners, strict=True), strict=True):
        ordered = sorted(set(starts))
        assert ordered[0] == 0
        assert ordered[-1] == max(0, length // tiling.divisor - SIDE)
        assert all(later - start <= SIDE - 48 for start, later in pairwise(ordered))


@pytest.mark.parametrize("size", [(8000, 6000), (20000, 1000), (1920, 1080)])
def test_the_number_of_tiles_is_bounded(size: tuple[int, int]) -> None:
    """A huge picture, or a limit of 16 pixels for faces, costs detail rather than time."""
    assert 0 < len(tile(size, 16, [SQUARE]).corners) <= 32


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((640, 480), WIDE),
        ((640, 640), SQUARE),
        ((480, 640), SQUARE),  # a camera that stands on its side
        ((1280, 1024), WIDE),  # four tiles either way
        ((1280, 720), WIDE),  # whose look at the whole tells where a small face may be
        ((1920, 1080), WIDE),  # six tiles either way
        ((3840, 2160), SQUARE),  # low tiles would be too many, and show less detail
        ((3280, 2464), SQUARE),
        ((4608, 2592), SQUARE),
        ((1, 1), SQUARE),
    ],
)
def test_the_network_that_has_the_least_to_do_looks(
    size: tuple[int, int], seen: tuple[int, int]
) -> None:
    """It sees as much of the frame: a frame that is higher than its input would be shrunk further."""
    chosen, square = tile(size, 48, [WIDE, SQUARE]), tile(size, 48, [SQUARE])
    assert chosen.input == seen
    assert chosen.divisor == square.divisor
    assert chosen.pixels <= square.pixels


@pytest.mark.parametrize("size", [(1280, 1024), (1920, 1080)])
def test_low_tiles_cover_a_frame_as_well(size: tuple[int, int]) -> None:
    """From the first row to the last, with an overlap."""
    tiling = tile(size, 48, [WIDE, SQUARE])
    tops = sorted({top for _, top in tiling.corners})
    assert (tops[0], tops[-1]) == (0, size[1] // tiling.divisor - 160)
    assert all(later - start <= 160 - 48 for start, later in pairwise(tops))


@pytest.mark.parametrize(
    ("size", "min_face", "is_traced"),
    [
        ((1280, 1024), 48, True),
        ((1280, 720), 48, True),
        ((1920, 1080), 48, False),  # five pixels of the input are too few
        ((1920, 1080), 72, True),
    ],
)
def test_a_look_at_the_whole_tells_where_to_look_again_if_the_smallest_face_is_large_enough(
    size: tuple[int, int], min_face: float, *, is_traced: bool
) -> None:
    """Seven pixels of 192."""
    assert tile(size, min_face, [WIDE, SQUARE]).is_traced == is_traced


def test_places_close_to_each_other_are_in_one_part() -> None:
    """In its middle; what is too far away is in the middle of another."""
    boxes = [Box(100, 100, 20, 20), Box(300, 30, 20, 20), Box(130, 130, 20, 20)]
    assert around(boxes, (320, 240), (128, 128)) == [(61, 61), (192, 0)]


def test_a_part_is_where_it_shows_most() -> None:
    """Around the first place alone there would be three: the four others lie on both sides of it."""
    boxes = [Box(x, 100, 20, 20) for x in (150, 80, 100, 200, 220)]
    assert around(boxes, (320, 240), (128, 128)) == [(131, 46), (36, 46)]


def test_each_place_is_seen_with_what_surrounds_it() -> None:
    """A quarter on each side, as far as the picture has it."""
    chance = np.random.default_rng(0)
    places = chance.integers(-10, 230, (30, 2)).tolist()
    boxes = [Box(x, y, 20, 30) for x, y in places]
    parts = around(boxes, (240, 220), (128, 128))
    for box in boxes:
        low = max(0, box.x - 5), max(0, box.y - 7.5)
        high = min(240, box.x + 25), min(220, box.y + 37.5)
        assert any(
            left <= low[0] and top <= low[1] and high[0] <= left + 128 and high[1] <= top + 128
            for left, top in parts
        )
    assert len(parts) <= 6


def test_a_part_stays_within_the_picture() -> None:
    """Also if a place does not, or is larger than the part, or the part is larger than the picture."""
    part = (128, 128)
    assert around([Box(-10, -10, 20, 20)], (320, 240), part) == [(0, 0)]
    assert around([Box(310, 230, 30, 30)], (320, 240), part) == [(192, 112)]
    assert around([Box(20, 20, 200, 200)], (320, 240), part) == [(56, 56)]
    assert around([Box(10, 10, 20, 20)], (60, 50), part) == [(0, 0)]
    assert around([], (320, 240), part) == []


def test_a_closer_look_sees_what_surrounds_a_face() -> None:
    """Half as much on each side as the face is large."""
    assert surroundings(Box(100, 200, 50, 40), (1000, 1000)) == (75, 170, 175, 270)


@pytest.mark.parametrize(
    ("box", "seen"),
    [
        (Box(-10, 50, 40, 40), (0, 30, 50, 100)),  # partly outside
        (Box(-500, 30, 40, 40), (0, 10, 1, 90)),  # a find may lie outside of the picture
        (Box(900, 900, 0, 0), (99, 99, 100, 100)),
    ],
)
def test_a_closer_look_stays_within_the_frame(box: Box, seen: tuple[int, ...]) -> None:
    """And there is always a pixel to look at."""
    assert surroundings(box, (100, 100)) == seen
