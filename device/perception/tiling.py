"""Where a detector that sees few pixels looks in a large frame, so that it misses no face worth judging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, product
from math import ceil

from device.observation import Box

Size = tuple[int, int]
"""Width and height, in pixels."""

# Pixels of a face in the network's input. Of faces of 12 pixels it suspects 96 of 100, of those of 10 only 88:
# `python -m model places` measures it.
_SMALLEST_FACE_PIXELS = 12
# The whole look may see the smallest face a little worse, so that 800x600 needs no tiles.
_TOLERANCE = 0.95
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


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a frame is divided.

    Attributes:
        input: (width, height) of the network that looks, and of a tile.
        divisor: by which the frame's sides are shrunk before anything looks at it.
        corners: (left, top) of each tile in the shrunk frame; none where one look at the whole sees enough.
    """

    input: Size
    divisor: int
    corners: tuple[tuple[int, int], ...] = ()

    @property
    def pixels(self) -> int:
        """That the network sees in all of its looks."""
        width, height = self.input
        return width * height * (1 + len(self.corners))


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
        tiling = Tiling(seen, divisor, tuple(product(lefts, tops)))
        if len(tiling.corners) <= _MOST_TILES:
            return tiling
    raise AssertionError  # a frame of one tile is reached before


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
