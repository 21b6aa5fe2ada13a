"""Unknown visitors as a household has them: how often their visits are put together as they should be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from device.people.gallery import Gallery
from device.people.matching import Limits
from device.people.person import NewReference, Person, Reference
from device.people.visitors import Encounter, nearest_visitor, recognised
from model.errors import DataError
from model.evaluation.embeddings import Embeddings

HOUSEHOLD = 50
"""Strangers who come within some days."""

_SEED = 0
_FEWEST_VISITS = 2
_THE_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Visitors:
    """The figures of some draws of strangers, who come one after the other in a random order.

    Attributes:
        draws: how many.
        strangers: in all draws together.
        visits: theirs; each of their pictures is one.
        visitors: as which they were counted.
        right: visits of whoever has most of the visitor's; the rest is somebody else's.
        mixed: visitors with visits of more than one stranger.
        others: visitors who are left once of each stranger the one with most visits has a name.
        others_gone: of these, those who are recognised then, and so are no visitors any more.
    """

    draws: int
    strangers: int = 0
    visits: int = 0
    visitors: int = 0
    right: int = 0
    mixed: int = 0
    others: int = 0
    others_gone: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the figures by their names."""
        return asdict(self)


def visitors(
    embeddings: Embeddings, limits: Limits, strangers: int = HOUSEHOLD, draws: int = 20
) -> Visitors:
    """Let strangers come, and name each of them.

    Args:
        embeddings: of pictures of many people.
        limits: what it takes to be somebody.
        strangers: of one draw, each with two pictures at least.
        draws: how many, from all of these people.

    Raises:
        DataError: there are fewer.
    """
    chance = np.random.default_rng(_SEED)
    faces: defaultdict[int, list[NewReference]] = defaultdict(list)
    for appearance, person in zip(embeddings.appearances, embeddings.identities, strict=True):
        if appearance is not None and appearance.hidden is None:
            faces[int(person)].append(NewReference(appearance.embedding, 1.0))
    able = [person for person, own in faces.items() if len(own) >= _FEWEST_VISITS]
    if len(able) < strangers:
        message = f"{strangers} strangers are to come, and only {len(able)} people have two pictures that show enough"
        raise DataError(message)
    figures = Visitors(draws)
    for _ in range(draws):
        chosen = chance.choice(able, strangers, replace=False)
        visits = [(int(person), face) for person in chosen for face in faces[int(person)]]
        _count(figures, [visits[i] for i in chance.permutation(len(visits))], limits)
    return figures


def _count(figures: Visitors, visits: Sequence[tuple[int, NewReference]], limits: Limits) -> None:
    encounters: list[Encounter] = []
    strangers: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for number, (stranger, face) in enumerate(visits):
        nearest = nearest_visitor(face.embedding, encounters, limits)
        visitor = len(strangers) + 1 if nearest is None else nearest
        at = _THE_TIME + timedelta(hours=number)
        encounters.append(Encounter(number, visitor, face, at, at))
        strangers[visitor][stranger] += 1
    figures.strangers += len({stranger for stranger, _face in visits})
    figures.visits += len(visits)
    figures.visitors += len(strangers)
    figures.right += sum(of.most_common(1)[0][1] for of in strangers.values())
    figures.mixed += sum(len(of) > 1 for of in strangers.values())
    _name(figures, encounters, {v: of.most_common(1)[0][0] for v, of in strangers.items()}, limits)


def _name(
    figures: Visitors, encounters: Sequence[Encounter], owners: Mapping[int, int], limits: Limits
) -> None:
    """Name of each stranger the visitor with most visits, and see who of the others is recognised then."""
    sizes = Counter(each.visitor for each in encounters)
    named: dict[int, int] = {}
    for visitor, _size in sizes.most_common():
        named.setdefault(owners[visitor], visitor)
    others = [each for each in encounters if each.visitor not in named.values()]
    people = [Person(str(each), str(each), _THE_TIME, _THE_TIME) for each in named]
    references = [
        Reference(each.id, str(owner), each.face.embedding, 1.0, _THE_TIME, is_set_aside=False)
        for owner, visitor in named.items()
        for each in encounters
        if each.visitor == visitor
    ]
    figures.others += len({each.visitor for each in others})
    figures.others_gone += len(recognised(others, Gallery.of(people, references), limits))
