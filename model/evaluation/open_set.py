"""Recognition as a household has it: some people are enrolled, and everybody may come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from device.people.enrolment import Candidate, choose_references
from device.people.gallery import Gallery
from device.people.identity import Identity, Recognition
from device.people.matching import Limits
from device.people.person import Person, Reference
from device.perception.analysers.recognition import Appearance, decide
from device.perception.visibility import turn
from model.errors import DataError
from model.evaluation.embeddings import Embeddings
from model.evaluation.visits import CAPTURES, Visits

_SEED = 0
_BURST = 5
# A face counts as frontal with the nose this far from the middle of the eyes, in distances between the eyes.
_FRONTAL_TURN = 0.25
_THE_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Answers:
    """How often the answers were right.

    Attributes:
        known: probes of people who are enrolled, without those refused or not judged.
        known_right: of these, named rightly.
        known_wrong: of these, named after somebody else.
        known_ambiguous: of these, between two names.
        known_unknown: of these, called a stranger.
        known_refused: probes of enrolled people that do not show enough of the face, or too badly to be judged.
        strangers: probes of others, without those refused.
        stranger_named: of these, called by a name.
        stranger_ambiguous: of these, between two names.
        stranger_unknown: of these, called a stranger.
        stranger_refused: as known_refused.
    """

    known: int = 0
    known_right: int = 0
    known_wrong: int = 0
    known_ambiguous: int = 0
    known_unknown: int = 0
    known_refused: int = 0
    strangers: int = 0
    stranger_named: int = 0
    stranger_ambiguous: int = 0
    stranger_unknown: int = 0
    stranger_refused: int = 0

    def count(self, identity: Identity, owner: str | None) -> None:
        """Count the answer about somebody, by their id if they are enrolled."""
        if identity.result in {Recognition.TURNED_AWAY, Recognition.COVERED}:
            self.refuse(owner)
            return
        self._add("strangers" if owner is None else "known")
        if identity.result is Recognition.AMBIGUOUS:
            self._add("stranger_ambiguous" if owner is None else "known_ambiguous")
        elif identity.result is Recognition.UNKNOWN:
            self._add("stranger_unknown" if owner is None else "known_unknown")
        elif identity.person and owner is None:
            self._add("stranger_named")
        elif identity.person:
            self._add("known_right" if identity.person.id == owner else "known_wrong")

    def refuse(self, owner: str | None) -> None:
        """Count a picture about which there is no answer."""
        self._add("stranger_refused" if owner is None else "known_refused")

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
        frontal: of those of them that show a face from the front.
        burst: of bursts of five, simulated by five pictures of a person.
        known_visits: of known people, three pictures one after the other, each of them a capture.
        stranger_visits: the same of others.
        known_bursts: the same visits as known_visits, where each picture is all frames of a burst, as if nobody moved.
        stranger_bursts: the same of others.
        known_scores: of single pictures of known people, the score if they are nearest to themselves and by the margin,
            and -1 if not.
        stranger_scores: of those of others, the score if they are nearest to somebody by the margin, and -1 if not.
    """

    people: int
    references: int
    stranger_people: int
    single: Answers = field(default_factory=Answers)
    frontal: Answers = field(default_factory=Answers)
    burst: Answers = field(default_factory=Answers)
    known_visits: Visits = field(default_factory=Visits)
    stranger_visits: Visits = field(default_factory=Visits)
    known_bursts: Visits = field(default_factory=Visits)
    stranger_bursts: Visits = field(default_factory=Visits)
    known_scores: list[float] = field(default_factory=list)
    stranger_scores: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the figures by their names, without the scores."""
        figures = asdict(self)
        del figures["known_scores"], figures["stranger_scores"]
        return figures


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """One picture of somebody.

    Attributes:
        is_judged: whether a node would judge the face at all.
        may_be_reference: whether enrolment would take it, if it fits the others.
    """

    appearance: Appearance
    is_judged: bool
    may_be_reference: bool


def open_set(
    embeddings: Embeddings,
    limits: Limits,
    references: int = 3,
    known: int | None = None,
    draws: int = 1,
) -> OpenSet:
    """Enrol some pictures of some people, and ask about all others; references are only what enrolment takes.

    Args:
        embeddings: of pictures of many people.
        limits: what it takes to claim a name.
        references: pictures that each known person is enrolled with.
        known: how many people are enrolled; half of those with enough pictures if None.
        draws: how often other people are enrolled; the figures are the sums.

    Raises:
        DataError: nobody has one picture more than are enrolled.
    """
    pictures = _by_person(embeddings)
    figures = OpenSet(0, references, 0)
    for draw in range(draws):
        _draw(figures, pictures, limits, known, np.random.default_rng(_SEED + draw))
    return figures


def _draw(
    figures: OpenSet,
    pictures: Mapping[int, Sequence[_Picture]],
    limits: Limits,
    known: int | None,
    chance: np.random.Generator,
) -> None:
    references = figures.references
    able = [
        p
        for p, own in pictures.items()
        if sum(each.may_be_reference for each in own) >= references
        and sum(each.is_judged and each.appearance.hidden is None for each in own) > references
    ]
    chance.shuffle(able)
    chosen = able[: len(able) // 2 if known is None else known]
    if not chosen:
        message = f"--references {references}: nobody has more than that number of pictures that show enough"
        raise DataError(message)
    gallery, probes = _enrol(
        {p: _shuffled(pictures[p], chance) for p in chosen}, references, limits
    )
    strangers = [p for p in pictures if p not in set(chosen)]
    figures.people, figures.stranger_people = len(chosen), len(strangers)
    for person in chosen:
        _ask(figures, probes[person], str(person), gallery, limits)
    for person in strangers:
        _ask(figures, pictures[person], None, gallery, limits)


def _by_person(embeddings: Embeddings) -> dict[int, list[_Picture]]:
    pictures: dict[int, list[_Picture]] = {}
    people = zip(embeddings.appearances, embeddings.identities, strict=True)
    for number, (appearance, person) in enumerate(people):
        if appearance is not None:
            is_judged = number not in embeddings.unjudged
            may_be = is_judged and number not in embeddings.too_small and appearance.hidden is None
            pictures.setdefault(int(person), []).append(_Picture(appearance, is_judged, may_be))
    return pictures


def _shuffled(own: Sequence[_Picture], chance: np.random.Generator) -> list[_Picture]:
    return [own[i] for i in chance.permutation(len(own))]


def _enrol(
    pictures: dict[int, list[_Picture]], references: int, limits: Limits
) -> tuple[Gallery, dict[int, list[_Picture]]]:
    """Enrol the first pictures that the product takes, each person alone, and return what is left of theirs."""
    people: list[Person] = []
    stored: list[Reference] = []
    left: dict[int, list[_Picture]] = {}
    for number, own in pictures.items():
        someone = Person(str(number), str(number), _THE_TIME, _THE_TIME)
        shown = [picture for picture in own if picture.may_be_reference]
        count = references
        chosen = _chosen(shown[:count], someone, limits)
        while len(chosen) < references and count < len(shown):
            count += 1
            chosen = _chosen(shown[:count], someone, limits)
        left[number] = [picture for picture in own if picture not in chosen]
        people.append(someone)
        stored += [
            Reference(
                id=len(stored) + i + 1,
                person=someone.id,
                embedding=picture.appearance.embedding,
                quality=1.0,
                added_at=_THE_TIME,
                is_set_aside=False,
            )
            for i, picture in enumerate(chosen)
        ]
    return Gallery.of(people, stored), left


def _chosen(shown: Sequence[_Picture], person: Person, limits: Limits) -> list[_Picture]:
    faces = [[Candidate(picture.appearance.embedding, 1.0)] for picture in shown]
    refusals = choose_references(faces, person, Gallery.empty(), limits).refusals
    return [picture for picture, flaw in zip(shown, refusals, strict=True) if flaw is None]


def _ask(
    figures: OpenSet,
    pictures: Sequence[_Picture],
    owner: str | None,
    gallery: Gallery,
    limits: Limits,
) -> None:
    judged = [picture.appearance for picture in pictures if picture.is_judged]
    for _ in range(len(pictures) - len(judged)):
        figures.single.refuse(owner)
    scores = figures.stranger_scores if owner is None else figures.known_scores
    for appearance in judged:
        identity = decide([appearance], gallery, limits)
        figures.single.count(identity, owner)
        if turn(appearance.keypoints) <= _FRONTAL_TURN:
            figures.frontal.count(identity, owner)
        if appearance.hidden is None:
            scores.append(_claimable(identity, owner, limits))
    for burst in _groups(judged, _BURST):
        figures.burst.count(decide(burst, gallery, limits), owner)
    is_stranger = owner is None
    visits = figures.stranger_visits if is_stranger else figures.known_visits
    bursts = figures.stranger_bursts if is_stranger else figures.known_bursts
    for captures in _groups(judged, CAPTURES):
        visits.count([[capture] for capture in captures], gallery, limits)
        bursts.count([[capture] * _BURST for capture in captures], gallery, limits)


def _claimable(identity: Identity, owner: str | None, limits: Limits) -> float:
    """Return the highest minimum score at which the right name, or of a stranger any name, would be claimed."""
    nearest, margin = identity.nearest, identity.margin
    is_right = nearest is not None and owner in {None, nearest.id}
    is_clear = margin is None or margin >= limits.margin
    return identity.score if is_right and is_clear and identity.score is not None else -1.0


def _groups(pictures: Sequence[Appearance], size: int) -> list[Sequence[Appearance]]:
    return [pictures[i : i + size] for i in range(0, len(pictures) - size + 1, size)]
