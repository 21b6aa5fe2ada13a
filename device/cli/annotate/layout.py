"""Where the parts of an annotated picture stand. Pure.

The unit is a pixel of a screen 1280 wide: an annotated picture is at most that wide, and a larger picture has several
pixels in each unit. So text has the same size on the screen whatever the picture's size is, and details of the picture
are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

_SCREEN_WIDTH = 1280
_HEIGHTS = (480, 720)  # of the picture
_MAX_RESOLUTION = 2.0
_STEP = 24  # by which columns below a picture grow until everything fits
# A place outside of the picture is worse than one that hides something.
_OUTSIDE = 4.0


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle, in units."""

    left: float
    top: float
    width: float
    height: float

    def overlap(self, other: Area) -> float:
        """Return the area that both have, in square units."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)


@dataclass(frozen=True, slots=True)
class Layout:
    """An annotated picture.

    Attributes:
        width: in units.
        height: in units.
        picture: where the picture stands.
        scale: units of a pixel of the picture.
        resolution: pixels of a unit in what is drawn.
        lists: the upper left corner of each list.
    """

    COLUMN_WIDTH: ClassVar[int] = 320

    width: float
    height: float
    picture: Area
    scale: float
    resolution: float
    lists: tuple[tuple[float, float], ...]


def arranged(width: int, height: int, lists: Sequence[int], padding: int) -> Layout:
    """Return where a picture and its lists stand: beside each other if all lists fit there, or else below each other.

    Args:
        width: of the picture, in its pixels.
        height: of the picture, in its pixels.
        lists: the height of each list, in units.
        padding: above the first list of a column, in units.
    """
    column = Layout.COLUMN_WIDTH
    scale = _fitting(width, height, _SCREEN_WIDTH - column)
    columns = (_SCREEN_WIDTH - round(width * scale)) // column
    limit = max(height * scale, _HEIGHTS[0]) - padding
    if (packed := _packed(lists, columns, limit)) is not None:
        left = width * scale
        size = left + column * len(packed), max(height * scale, _tallest(packed, lists) + padding)
        corners = tuple(_corners(packed, lists, (left, padding)))
        return _layout(width, height, scale, size, 0, corners)
    scale = _fitting(width, height, _SCREEN_WIDTH)
    limit = max(lists)
    while (packed := _packed(lists, _SCREEN_WIDTH // column, limit)) is None:
        limit += _STEP
    top = height * scale + padding
    size = float(_SCREEN_WIDTH), top + _tallest(packed, lists)
    corners = tuple(_corners(packed, lists, (0, top)))
    return _layout(width, height, scale, size, (_SCREEN_WIDTH - width * scale) / 2, corners)


def _layout(
    width: int,
    height: int,
    scale: float,
    size: tuple[float, float],
    left: float,
    lists: Sequence[tuple[float, float]],
) -> Layout:
    resolution = min(max(1 / scale, 1.0), _MAX_RESOLUTION)
    picture = Area(left, 0, width * scale, height * scale)
    return Layout(*size, picture, scale, resolution, tuple(lists))


def placed(size: tuple[float, float], of: Area, taken: Sequence[Area], within: Area) -> Area:
    """Return the place beside a face at which a label hides least.

    Args:
        size: width and height of the label.
        of: the face.
        taken: the faces and the labels that are there already.
        within: the picture.
    """

    def hidden(place: Area) -> float:
        outside = place.width * place.height - place.overlap(within)
        return _OUTSIDE * outside + sum(place.overlap(other) for other in taken)

    return min(_places(size, of), key=hidden)


def _places(size: tuple[float, float], of: Area) -> Iterator[Area]:
    """Yield places around a face, the usual ones first."""
    width, height = size
    left, right = of.left, of.left + of.width - width
    above, below = of.top - height - 2, of.top + of.height + 2
    middle = of.left + (of.width - width) / 2
    for top in (above, below):
        for start in (left, right, middle):
            yield Area(start, top, width, height)
    for top in (of.top, of.top + of.height - height):
        for start in (of.left + of.width + 2, of.left - width - 2):
            yield Area(start, top, width, height)


def _fitting(width: int, height: int, widest: int) -> float:
    """Return the scale at which a picture has one of the usual heights, and is not too wide for the screen."""
    usual = min(max(height, _HEIGHTS[0]), _HEIGHTS[1]) / height
    return min(usual, widest / width)


def _packed(lists: Sequence[int], columns: int, limit: float) -> list[list[int]] | None:
    """Return the lists in columns of limited height, in their order; None if they do not fit."""
    packed: list[list[int]] = [[]]
    used = 0
    for number, height in enumerate(lists):
        if packed[-1] and used + height > limit:
            packed.append([])
            used = 0
        packed[-1].append(number)
        used += height
    return packed if len(packed) <= columns and max(lists, default=0) <= limit else None


def _tallest(packed: Sequence[Sequence[int]], lists: Sequence[int]) -> int:
    return max(sum(lists[i] for i in column) for column in packed)


def _corners(
    packed: Sequence[Sequence[int]], lists: Sequence[int], start: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    for number, column in enumerate(packed):
        top = start[1]
        for i in column:
            yield start[0] + number * Layout.COLUMN_WIDTH, top
            top += lists[i]
