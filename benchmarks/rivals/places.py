"""Where the faces of a picture are, and which of them somebody found: pure functions over boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from device.observation import Box

_FEWEST_VOTES = 2


@dataclass(frozen=True, slots=True)
class Count:
    """How somebody's faces compare with those that are there.

    Attributes:
        found: faces that are there and were found.
        missed: faces that are there and were not.
        false: what was taken for a face and is none, or is one a second time.
    """

    found: int
    missed: int
    false: int

    @property
    def is_right(self) -> bool:
        """Whether nothing was missed and nothing invented."""
        return not (self.missed or self.false)


def is_same_place(one: Box, other: Box) -> bool:
    """Return whether the centre of each box lies in the other.

    One box ends at the eyebrows and another one has the hair: an overlap would compare tastes.
    """
    return _has_centre_of(one, other) and _has_centre_of(other, one)


def _has_centre_of(box: Box, other: Box) -> bool:
    x, y = other.x + other.width / 2, other.y + other.height / 2
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def agreed(faces: int, boxes: Mapping[str, Sequence[Box]]) -> list[Box] | None:
    """Return where the faces of a picture are, as far as several detectors agree on it.

    Args:
        faces: how many there are, as people have counted.
        boxes: what each detector found.

    Returns:
        As many places as there are faces, each found by two detectors at least; None where these are fewer, or where
        it is open which of them count.
    """
    places: list[tuple[Box, set[str]]] = []
    for detector, found in boxes.items():
        for box in found:
            at = next((votes for place, votes in places if is_same_place(place, box)), None)
            if at is None:
                places.append((box, {detector}))
            else:
                at.add(detector)
    likely = sorted(
        (place for place in places if len(place[1]) >= _FEWEST_VOTES),
        key=lambda place: -len(place[1]),
    )
    if len(likely) < faces:
        return None
    is_tie = 0 < faces < len(likely) and len(likely[faces - 1][1]) == len(likely[faces][1])
    return None if is_tie else [box for box, _ in likely[:faces]]


def count(found: Sequence[Box], faces: int, places: Sequence[Box] | None) -> Count:
    """Return how what was found compares with what is there.

    Args:
        found: by one rival.
        faces: how many there are.
        places: where they are; None where only their number is known.
    """
    matched = min(len(found), faces) if places is None else _matched(found, places)
    return Count(matched, faces - matched, len(found) - matched)


def _matched(found: Sequence[Box], places: Sequence[Box]) -> int:
    """Return how many places were found, each box counted for one place, the nearest pairs first."""
    pairs = sorted(
        (_distance(box, place), i, j)
        for i, box in enumerate(found)
        for j, place in enumerate(places)
        if is_same_place(box, place)
    )
    boxes: set[int] = set()
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in boxes and j not in taken:
            boxes.add(i)
            taken.add(j)
    return len(taken)


def _distance(one: Box, other: Box) -> float:
    x = one.x + one.width / 2 - other.x - other.width / 2
    y = one.y + one.height / 2 - other.y - other.height / 2
    return x * x + y * y
