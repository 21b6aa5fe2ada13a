"""Where a detector that sees few pixels looks in a large frame, so that it misses no face worth judging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, product
from math import ceil, prod

import numpy as np

from device.observation import Box
from device.perception.overlap import corners

Size = tuple[int, int]
"""Width and height, in pixels."""

# Pixels of a face in the network's input. Of faces of 12 pixels it suspects 96 of 100, of those of 10 only 88:
# `python -m model places` measures it.
_SMALLEST_FACE_PIXELS = 12
# The whole look may see the smallest face a little worse, so that 800x600 needs no tiles.
_TOLERANCE = 0.95
# From as many pixels on the look at the whole leaves a trace of a face, a find of a low score, where a tile suspects
# it. `docs/model-experiments.md` has the figures.
_SMALLEST_TRACE_PIXELS = 7
# Inputs of the network along a frame that it sees at once. A larger one is shrunk by a whole number first, which needs
# little memory.
_AMPLE = 4
# What a tile shares with its neighbour, in pixels of the network's input. A face that is wholly in no tile is so large
# that most of it is in one; a closer look then sees all of it.
_OVERLAP_PIXELS = 48
# 3840x2160 needs 28 with the default minimum size of a face. Where more would be needed, tiles show less detail.
_MOST_TILES = 32
# Side of what a closer look sees, in sizes of the face, which has 64 of 128 pixels there. With 48 or 80 its keypoints
# are less exact; more around it makes them no better, and costs more pixels.
_SURROUNDINGS = 2.0
# Of a trace, on each side of its box, in parts of its size: the network knows a face by what is around it as well.
_MARGIN = 0.25


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a frame is divided.

    Attributes:
        input: (width, height) of the network that looks, and of a tile.
        divisor: by which the frame's sides are shrunk before anything looks at it.
        corners: (left, top) of each tile in the shrunk frame; none where one look at the whole sees enough.
        is_traced: whether the look at the whole leaves a trace of the smallest face, so that it tells where to look.
    """

    input: Size
    divisor: int
    corners: tuple[tuple[int, int], ...] = ()
    is_traced: bool = True

    @property
    def pixels(self) -> int:
        """That the network sees in its looks as a rule: where traces tell where else to look, there are few or none."""
        looks = 1 if self.is_traced else 1 + len(self.corners)
        return prod(self.input) * looks


def tile(size: Size, min_face: float, inputs: Sequence[Size]) -> Tiling:
    """Divide a frame so that faces of a size are large enough, for the network that shows them no smaller at less work.

    Args:
        size: of the frame.
        min_face: the size of the smallest face that matters, in pixels of the frame.
        inputs: of the networks, which have the same longer side; one of them is a square.
    """
    suitable = [each for each in inputs if size[1] * each[0] <= max(size) * each[1]]
    tilings = (_divide(size, min_face, each) for each in suitable)
    return min(tilings, key=lambda tiling: (tiling.divisor, tiling.pixels))


def _divide(size: Size, min_face: float, seen: Size) -> Tiling:
    side = max(seen)
    if min_face * side >= _TOLERANCE * _SMALLEST_FACE_PIXELS * max(size):
        return Tiling(seen, max(1, max(size) // (_AMPLE * side)))
    for divisor in count(max(1, int(min_face / _SMALLEST_FACE_PIXELS))):
        lefts, tops = (
            _starts(length // divisor, part) for length, part in zip(size, seen, strict=True)
        )
        is_traced = min_face * side >= _SMALLEST_TRACE_PIXELS * max(size)
        tiling = Tiling(seen, divisor, tuple(product(lefts, tops)), is_traced)
        if len(tiling.corners) <= _MOST_TILES:
            return tiling
    raise AssertionError  # a frame of one tile is reached before


def around(boxes: Sequence[Box], size: Size, part: Size) -> list[tuple[int, int]]:
    """Return left and top of a few parts of a picture in which all of some boxes are, with what is around them.

    Each part is where it shows most boxes of those that are left: few parts that together show all are hard to find,
    and these are hardly more (Chvatal, "A Greedy Heuristic for the Set-Covering Problem", 1979).

    Args:
        boxes: in the picture, or beyond its edges.
        size: of the picture.
        part: the size of each part. Of a larger box a part shows the middle.
    """
    far = np.maximum(np.array(size) - part, 0)
    margins = _MARGIN * np.array([[box.width, box.height] for box in boxes]).reshape(-1, 2)
    places = corners(*boxes).reshape(-1, 2, 2) + np.stack([-margins, margins], axis=1)
    middles, halves = places.mean(axis=1), np.minimum(np.diff(places, axis=1)[:, 0], part) / 2
    low, high = (np.clip(middles + sign * halves, 0, size) for sign in (-1, 1))
    starts = np.minimum(low, far)
    # (where it starts, the box, the axis)
    shows = (starts[:, None] <= low) & (high <= starts[:, None] + part)
    # (left, top, the box)
    shown = shows[:, None, :, 0] & shows[None, :, :, 1]
    found: list[tuple[int, int]] = []
    while shown.any():
        counts = shown.sum(axis=-1)
        these = shown[np.unravel_index(counts.argmax(), counts.shape)]
        middle = (low[these].min(axis=0) + high[these].max(axis=0)) / 2
        left, top = np.clip(middle - np.array(part) / 2, 0, far).astype(int).tolist()
        found.append((left, top))
        shown &= ~these
    return found


def surroundings(box: Box, size: Size) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what a closer look at a face sees: at least one pixel of the frame.

    Args:
        box: of the face.
        size: (width, height) of the frame.
    """
    half = max(box.width, box.height) * _SURROUNDINGS / 2
    x, y = box.x + box.width / 2, box.y + box.height / 2
    (left, right), (top, bottom) = (
        _within(centre - half, centre + half, length)
        for centre, length in zip((x, y), size, strict=True)
    )
    return left, top, right, bottom


def _starts(length: int, side: int) -> list[int]:
    """Return where tiles of a side begin, evenly, so that they cover a length and overlap."""
    steps = ceil(max(0, length - side) / (side - _OVERLAP_PIXELS))
    return [round(i * (length - side) / steps) for i in range(steps + 1)] if steps else [0]


def _within(first: float, last: float, length: int) -> tuple[int, int]:
    start = min(max(0, int(first)), length - 1)
    return start, min(max(start + 1, ceil(last)), length)
