"""Unknown visitors: which visits are one person's, and who of them would be recognised by now. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from typing_extensions import TypedDict

from device.errors import UnknownVisitorError
from device.observation import Count, Time, iso_time
from device.people.embedding import Embedding
from device.people.gallery import Gallery, middles
from device.people.matching import Limits, identify
from device.people.person import NewReference
from device.system.text import printable

_LABEL = "Visitor"
# A face of no quality still counts where there is no other.
_LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Encounter:
    """One visit of somebody unknown.

    Attributes:
        id: of this encounter in this gallery, above zero.
        visitor: the number of whoever came.
        face: the best one of the visit, as a reference would have it.
        began_at: when the visit began, in UTC.
        ended_at: when the visitor was seen last in this visit, in UTC.
    """

    id: int
    visitor: int
    face: NewReference
    began_at: datetime
    ended_at: datetime


class VisitorJson(TypedDict):
    """A visitor as Home Assistant and programs get one."""

    label: str
    first_seen: Time
    last_seen: Time
    visits: Count


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody unknown, as others may know of them: without any embedding.

    Attributes:
        number: above zero, never given again.
        first_seen: when the first visit that is kept began, in UTC.
        last_seen: in UTC.
        visits: how many are kept.
    """

    number: int
    first_seen: datetime
    last_seen: datetime
    visits: int

    @property
    def label(self) -> str:
        """What the visitor is called until there is a name."""
        return f"{_LABEL} {self.number}"

    def to_json(self) -> VisitorJson:
        """Return the visitor as Home Assistant and programs get it."""
        return {
            "label": self.label,
            "first_seen": iso_time(self.first_seen),
            "last_seen": iso_time(self.last_seen),
            "visits": self.visits,
        }


def visitor_number(text: str) -> int:
    """Return the number in a label, or in the number alone.

    Raises:
        UnknownVisitorError: there is none in it.
    """
    found = re.fullmatch(rf"\s*({_LABEL}\s*)?(\d{{1,9}})\s*", text, re.ASCII | re.IGNORECASE)
    if found is None:
        message = f'"{printable(text)}" is no visitor; one is called "{_LABEL} 3", or 3: `facet people visitors`'
        raise UnknownVisitorError(message)
    return int(found[2])


def no_visits(number: int) -> UnknownVisitorError:
    """Return the error for a visitor of whom nothing is kept."""
    message = (
        f"no visits of {_LABEL} {number} are kept; `facet people visitors` lists of whom there are"
    )
    return UnknownVisitorError(message)


def by_visitor(encounters: Iterable[Encounter]) -> dict[int, Sequence[Encounter]]:
    """Return the visits of each visitor, in the order in which they are given."""
    found: defaultdict[int, list[Encounter]] = defaultdict(list)
    for encounter in encounters:
        found[encounter.visitor].append(encounter)
    return dict(found)


def visitors_of(encounters: Iterable[Encounter]) -> tuple[Visitor, ...]:
    """Return who came, by number."""
    return tuple(
        Visitor(
            number,
            min(each.began_at for each in own),
            max(each.ended_at for each in own),
            len(own),
        )
        for number, own in sorted(by_visitor(encounters).items())
    )


def nearest_visitor(
    embedding: Embedding, encounters: Iterable[Encounter], limits: Limits
) -> int | None:
    """Return the number of the visitor whose face this is, or None if it is nobody's of before.

    As near as an enrolled person has to be: to the middle of the visitor's faces. Each face is compared once, when it
    comes, and stays where it was put. Clustering all of them at each visit is no more often right, and the visitor whom
    the owner is about to name might become another one meanwhile.

    Args:
        embedding: (192,) float32, a unit vector.
        encounters: of before.
        limits: of the network.
    """
    found = by_visitor(encounters)
    if not found:
        return None
    faces = [each.face.embedding for own in found.values() for each in own]
    owners = np.repeat(np.arange(len(found)), [len(own) for own in found.values()])
    nearness = middles(np.array(faces, np.float32), owners, len(found)) @ embedding
    nearest = int(nearness.argmax())
    if nearness[nearest] < limits.score_among(len(found)):
        return None
    return list(found)[nearest]


def recognised(encounters: Iterable[Encounter], gallery: Gallery, limits: Limits) -> set[int]:
    """Return the numbers of the visitors whom the gallery has a name for, as if their visits were one burst."""
    return {
        number
        for number, own in by_visitor(encounters).items()
        if identify(
            np.array([each.face.embedding for each in own], np.float32),
            np.array([max(each.face.quality, _LEAST_WEIGHT) for each in own], np.float32),
            gallery,
            limits,
        ).person
    }
