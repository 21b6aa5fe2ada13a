"""Recognition as a household has it: some people are enrolled, and everybody may come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from device.people.gallery import Gallery
from device.people.hygiene import refusal
from device.people.identity import Identity, Recognition
from device.people.matching import Limits
from device.people.person import Person, Reference
from device.people.visit import Visit, settle
from device.perception.analysers.recognition import Appearance, decide
from model.errors import DataError
from model.evaluation.embeddings import Embeddings

_SEED = 0
_BURST = 5
# Captures of one visit, and how far they are apart: well within a visit.
_VISIT_CAPTURES = 3
_CAPTURE_SECONDS = 30.0
_THE_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Answers:
    """How often the answers were right.

    Attributes:
        known: probes of people who are enrolled, without those refused.
        known_right: of these, named rightly.
        known_wrong: of these, named after somebody else.
        known_ambiguous: of these, between two names.
        known_refused: probes of enrolled people that do not show enough of the face.
        strangers: probes of others, without those refused.
        stranger_named: of these, called by a name.
        stranger_ambiguous: of these, between two names.
        stranger_refused: as known_refused.
    """

    known: int = 0
    known_right: int = 0
    known_wrong: int = 0
    known_ambiguous: int = 0
    known_refused: int = 0
    strangers: int = 0
    stranger_named: int = 0
    stranger_ambiguous: int = 0
    stranger_refused: int = 0

    def count(self, identity: Identity, owner: str | None) -> None:
        """Count the answer about somebody, by their id if they are enrolled."""
        kind = "stranger" if owner is None else "known"
        if identity.result in {Recognition.TURNED_AWAY, Recognition.COVERED}:
            self._add(f"{kind}_refused")
            return
        self._add("strangers" if owner is None else "known")
        if identity.result is Recognition.AMBIGUOUS:
            self._add(f"{kind}_ambiguous")
        elif identity.person and owner is None:
            self._add("stranger_named")
        elif identity.person:
            self._add("known_right" if identity.person.id == owner else "known_wrong")

    def _add(self, name: str) -> None:
        setattr(self, name, getattr(self, name) + 1)


@dataclass(slots=True)
class OpenSet:
    """The figures of one split into known people and strangers.

    Attributes:
        people: how many are enrolled.
        references: pictures of each.
        stranger_people: how many others there are.
        single: of single pictures.
        burst: of bursts of five, simulated by five pictures of a person.
        visits: of known people, three pictures one after the other.
        visits_with_unknown: of these, those in which somebody is called unknown.
    """

    people: int
    references: int
    stranger_people: int
    single: Answers = field(default_factory=Answers)
    burst: Answers = field(default_factory=Answers)
    visits: int = 0
    visits_with_unknown: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the figures by their names."""
        return asdict(self)


def open_set(
    embeddings: Embeddings, limits: Limits, references: int = 3, known: int | None = None
) -> OpenSet:
    """Enrol some pictures of some people, and ask about all others.

    Args:
        embeddings: of pictures of many people.
        limits: what it takes to claim a name.
        references: pictures that each known person is enrolled with.
        known: how many people are enrolled; half of those with enough pictures if None.

    Raises:
        DataError: nobody has one picture more than are enrolled.
    """
    chance = np.random.default_rng(_SEED)
    pictures = _by_person(embeddings)
    able = [p for p, own in pictures.items() if sum(_shows(a) for a in own) > references]
    chance.shuffle(able)
    chosen = able[: len(able) // 2 if known is None else known]
    if not chosen:
        message = f"--references {references}: nobody has more than that number of pictures that show enough"
        raise DataError(message)
    gallery, probes = _enrol(
        {p: _shuffled(pictures[p], chance) for p in chosen}, references, limits
    )
    strangers = [p for p in pictures if p not in set(chosen)]
    figures = OpenSet(len(chosen), references, len(strangers))
    for person in chosen:
        _ask(figures, probes[person], str(person), gallery, limits)
    for person in strangers:
        _ask(figures, pictures[person], None, gallery, limits)
    return figures


def _by_person(embeddings: Embeddings) -> dict[int, list[Appearance]]:
    pictures: dict[int, list[Appearance]] = {}
    for appearance, person in zip(embeddings.appearances, embeddings.identities, strict=True):
        if appearance is not None:
            pictures.setdefault(int(person), []).append(appearance)
    return pictures


def _shows(appearance: Appearance) -> bool:
    return appearance.hidden is None


def _shuffled(own: Sequence[Appearance], chance: np.random.Generator) -> list[Appearance]:
    return [own[i] for i in chance.permutation(len(own))]


def _enrol(
    pictures: dict[int, list[Appearance]], references: int, limits: Limits
) -> tuple[Gallery, dict[int, list[Appearance]]]:
    """Enrol the first pictures that the product would take, and return what is left of each person's."""
    people: list[Person] = []
    stored: list[Reference] = []
    left: dict[int, list[Appearance]] = {}
    for person, own in pictures.items():
        someone = Person(str(person), str(person), _THE_TIME, _THE_TIME)
        mine: list[Reference] = []
        left[person] = []
        for appearance in own:
            alone = Gallery.of([someone], mine)
            if (
                len(mine) < references
                and _shows(appearance)
                and refusal(appearance.embedding, someone.id, alone, limits) is None
            ):
                number = len(stored) + len(mine) + 1
                mine.append(
                    Reference(
                        id=number,
                        person=someone.id,
                        embedding=appearance.embedding,
                        quality=1.0,
                        added_at=_THE_TIME,
                        is_set_aside=False,
                    )
                )
            else:
                left[person].append(appearance)
        people.append(someone)
        stored += mine
    return Gallery.of(people, stored), left


def _ask(
    figures: OpenSet,
    pictures: Sequence[Appearance],
    owner: str | None,
    gallery: Gallery,
    limits: Limits,
) -> None:
    for picture in pictures:
        figures.single.count(decide([picture], gallery, limits), owner)
    for burst in _groups(pictures, _BURST):
        figures.burst.count(decide(burst, gallery, limits), owner)
    if owner is None:
        return
    for captures in _groups(pictures, _VISIT_CAPTURES):
        figures.visits += 1
        figures.visits_with_unknown += _has_unknown(captures, gallery, limits)


def _groups(pictures: Sequence[Appearance], size: int) -> list[Sequence[Appearance]]:
    return [pictures[i : i + size] for i in range(0, len(pictures) - size + 1, size)]


def _has_unknown(captures: Sequence[Appearance], gallery: Gallery, limits: Limits) -> bool:
    visit = Visit()
    for number, capture in enumerate(captures):
        answers = [decide([capture], gallery, limits)]
        settled, visit = settle(answers, visit, number * _CAPTURE_SECONDS)
        if settled[0].result is Recognition.UNKNOWN:
            return True
    return False
