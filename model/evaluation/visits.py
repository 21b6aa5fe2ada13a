"""How soon somebody is called unknown in a visit: strangers should be, and people who are enrolled should not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from device.people.gallery import Gallery
from device.people.identity import Recognition
from device.people.matching import Limits
from device.people.visit import Visit, settle
from device.perception.analysers.recognition import Appearance, decide

CAPTURES = 3
"""Of one visit."""
# How far they are apart: well within a visit.
_CAPTURE_SECONDS = 30.0


@dataclass(slots=True)
class Visits:
    """Visits of three captures, and by which of them somebody was called unknown.

    Attributes:
        visits: how many.
        unknown_by: of these, those with an `unknown` in the first capture, in the first two, and in any.
    """

    visits: int = 0
    unknown_by: list[int] = field(default_factory=lambda: [0] * CAPTURES)

    def count(
        self, captures: Sequence[Sequence[Appearance]], gallery: Gallery, limits: Limits
    ) -> None:
        """Count a visit; of each of its captures the frames are given."""
        self.visits += 1
        first = _first_unknown(captures, gallery, limits)
        for number in range(first, CAPTURES):
            self.unknown_by[number] += 1


def _first_unknown(
    captures: Sequence[Sequence[Appearance]], gallery: Gallery, limits: Limits
) -> int:
    """Return the number of the first capture that says so, from 0, or of the one after the last."""
    visit = Visit()
    for number, frames in enumerate(captures):
        answers = [decide(frames, gallery, limits)]
        settled, visit = settle(answers, visit, number * _CAPTURE_SECONDS)
        if settled[0].result is Recognition.UNKNOWN:
            return number
    return len(captures)
