"""What a gallery says about the minimum score: how near its people come to each other, and to themselves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device.errors import UnsafeScoreError
from device.people.gallery import Gallery
from device.people.matching import Limits, similarities

# A gallery compared with itself looks easier than life: its pictures are chosen, and most strangers are not in it.
_SAFETY = 0.05
# Of 42,000 pictures of strangers, 1 in 30 is called by the name of one of 50 people at a score of 0.5; at this one, 1
# in 5. Of a household of four it is 1 in 40.
_LOWEST_SCORE = 0.4


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one person's references are to everybody's.

    Attributes:
        name: of the person.
        own: the lowest similarity of a reference with the person's others; None with fewer than two.
        ceiling: the highest similarity of a reference with another person; None if there is nobody else.
        with_whom: that other person's name.
    """

    name: str
    own: float | None
    ceiling: float | None
    with_whom: str | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the gallery says.

    Attributes:
        people: a row for each person with references.
        score: the minimum score in force.
        recommended: the minimum score to use.
    """

    people: Sequence[Nearness]
    score: float
    recommended: float

    @property
    def ceiling(self) -> float | None:
        """The highest similarity of two people; None if there are no two."""
        return max((row.ceiling for row in self.people if row.ceiling is not None), default=None)

    def require_safe(self, score: float) -> None:
        """Check a minimum score.

        Raises:
            UnsafeScoreError: people would be called by the names of others.
        """
        if score < _LOWEST_SCORE:
            message = f"{score:.2f} is too low: below {_LOWEST_SCORE} many strangers are called by somebody's name"
            raise UnsafeScoreError(message)
        nearest = max(self.people, key=lambda row: row.ceiling or -1.0, default=None)
        if nearest and nearest.ceiling is not None and score < nearest.ceiling + _SAFETY:
            message = (
                f"{score:.2f} is too low for this gallery: {nearest.name} and {nearest.with_whom} have a similarity of "
                f"{nearest.ceiling:.2f}; use at least {nearest.ceiling + _SAFETY:.2f}, or look at both with `facet "
                "people show`"
            )
            raise UnsafeScoreError(message)


def calibrate(gallery: Gallery, limits: Limits) -> Calibration:
    """Compare a gallery with itself.

    Args:
        gallery: of any number of people.
        limits: those in force.
    """
    rows = []
    for index, person in enumerate(gallery.people):
        own = gallery.owners == index
        if own.any():
            rows.append(_nearness(gallery, index, person.name))
    highest = max((row.ceiling for row in rows if row.ceiling is not None), default=None)
    score = limits.score_among(len(gallery.people))
    needed = score if highest is None else max(score, highest + _SAFETY)
    return Calibration(rows, score, min(round(float(needed), 2), 0.9))


def _nearness(gallery: Gallery, index: int, name: str) -> Nearness:
    own = np.flatnonzero(gallery.owners == index)
    probes = gallery.embeddings[own]
    near = similarities(probes, gallery)
    near[:, index] = -np.inf
    other = int(np.argmax(near.max(axis=0))) if near.shape[1] > 1 else None
    among = probes @ probes.T
    np.fill_diagonal(among, -np.inf)
    has_other = other is not None and bool(np.isfinite(near[:, other]).any())
    return Nearness(
        name,
        own=float(among.max(axis=1).min()) if len(own) > 1 else None,
        ceiling=float(near[:, other].max()) if has_other else None,
        with_whom=gallery.people[other].name if other is not None and has_other else None,
    )
