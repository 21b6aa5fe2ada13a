"""From answers to figures: what a picture costs each rival, what it finds, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.rivals.measure import Round
from benchmarks.rivals.pictures import Picture
from benchmarks.rivals.places import Count, agreed, count
from benchmarks.rivals.process import Answer
from benchmarks.rivals.rivals import Rival
from device.observation import Box

_TIMES_THE_ORIGINAL = 10


@dataclass(frozen=True, slots=True)
class Said:
    """What a rival says of one attribute, on pictures with one face that somebody has labelled."""

    right: int
    wrong: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What one rival costs and is worth.

    Attributes:
        milliseconds: of each picture, the least of its rounds: whatever else the machine does can only add to it.
        cpu_milliseconds: the same, of all threads.
        start_seconds: the median of the rounds.
        peak_mb: millions of bytes, the median of the rounds.
        resident_mb: the same, at the end.
        faces: the sum over the pictures whose faces people have counted exactly.
        right_pictures: those on which nothing is missed and nothing false.
        says: by the attribute.
    """

    milliseconds: tuple[float, ...]
    cpu_milliseconds: tuple[float, ...]
    start_seconds: float
    peak_mb: float
    resident_mb: float
    faces: Count
    right_pictures: int
    says: Mapping[str, Said]

    @property
    def median(self) -> float:
        """Milliseconds."""
        return median(self.milliseconds)

    @property
    def p95(self) -> float:
        """Milliseconds."""
        return float(np.percentile(self.milliseconds, 95))

    @property
    def cpu_median(self) -> float:
        """Milliseconds."""
        return median(self.cpu_milliseconds)


def summarize(
    rivals: Sequence[Rival], pictures: Sequence[Picture], measured: Mapping[str, Sequence[Round]]
) -> dict[str, Figures]:
    """Return the figures of each rival, by its key.

    Args:
        rivals: that were measured.
        pictures: that they saw.
        measured: their rounds, by the key.
    """
    # Of several rounds the last: nobody changes its mind.
    answers = {rival.key: measured[rival.key][-1].answers for rival in rivals}
    places = located(rivals, pictures, answers)
    return {rival.key: _figures(rival, pictures, measured[rival.key], places) for rival in rivals}


def located(
    rivals: Sequence[Rival], pictures: Sequence[Picture], answers: Mapping[str, Sequence[Answer]]
) -> list[list[Box] | None]:
    """Return where the faces of each picture are, as far as the rivals' detectors agree on it; see agreed."""
    return [
        None
        if picture.faces is None
        else agreed(
            picture.faces, {rival.detector: boxes(answers[rival.key][i]) for rival in rivals}
        )
        for i, picture in enumerate(pictures)
    ]


def boxes(answer: Answer) -> list[Box]:
    """Return where somebody found faces."""
    return [face.box for face in answer.faces]


def _figures(
    rival: Rival,
    pictures: Sequence[Picture],
    rounds: Sequence[Round],
    places: Sequence[Sequence[Box] | None],
) -> Figures:
    answers = rounds[-1].answers
    counts = [
        count(boxes(answer), picture.faces, there)
        for picture, answer, there in zip(pictures, answers, places, strict=True)
        if picture.faces is not None
    ]
    per_picture = list(zip(*(one.answers for one in rounds), strict=True))
    return Figures(
        tuple(min(answer.milliseconds for answer in of) for of in per_picture),
        tuple(min(answer.cpu_milliseconds for answer in of) for of in per_picture),
        median(one.start_seconds for one in rounds),
        median(one.memory.peak_mb for one in rounds),
        median(one.memory.resident_mb for one in rounds),
        Count(
            sum(one.found for one in counts),
            sum(one.missed for one in counts),
            sum(one.false for one in counts),
        ),
        sum(one.is_right for one in counts),
        {word: said(word, pictures, answers) for word in rival.words},
    )


def said(word: str, pictures: Sequence[Picture], answers: Sequence[Answer]) -> Said:
    """Return how often somebody is right about an attribute, on pictures with one face.

    Args:
        word: CelebA's name of the attribute.
        pictures: of which only those count where somebody has labelled it.
        answers: about them; the largest face counts.
    """
    told = [
        (word in picture.labels, picture.labels.get(word), _of_largest(answer, word))
        for picture, answer in zip(pictures, answers, strict=True)
        if picture.faces == 1
    ]
    labelled = [(truth, says) for is_labelled, truth, says in told if is_labelled]
    return Said(
        sum(truth == says for truth, says in labelled),
        sum(says is not None and truth != says for truth, says in labelled),
        sum(says is None for _, says in labelled),
    )


def _of_largest(answer: Answer, word: str) -> bool | None:
    largest = max(answer.faces, key=lambda face: face.box.area, default=None)
    return None if largest is None else largest.says.get(word)


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """Return how many times as long a picture takes: the median over the pictures, each compared with itself."""
    return median(a / b for a, b in zip(slow, fast, strict=True))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A promise, and whether this run keeps it.

    Attributes:
        of: the key of Facet's network.
        promise: in words.
        is_kept: whether it holds.
        measured: the figures that decide.
    """

    of: str
    promise: str
    is_kept: bool
    measured: str


def _speed(facet: Rival, own: Figures, rival: Rival, its: Figures) -> Verdict:
    """Judge by both clocks: a crowded machine keeps long work waiting more often, a second core hides some of it."""
    times = ratio(its.milliseconds, own.milliseconds)
    cpu_times = ratio(its.cpu_milliseconds, own.cpu_milliseconds)
    worst = min(times, cpu_times)
    if rival.is_original:
        promise = f"at least {_TIMES_THE_ORIGINAL} times as fast as {rival.title}"
        is_kept = worst >= _TIMES_THE_ORIGINAL
    else:
        promise = f"faster than {rival.title}"
        is_kept = worst > 1
    return Verdict(
        facet.key,
        promise,
        is_kept,
        f"{times:.1f} times the time, {cpu_times:.1f} times the CPU",
    )


def verdicts_of(rivals: Sequence[Rival], figures: Mapping[str, Figures]) -> list[Verdict]:
    """Return what this run says about Facet's promises, for each of its networks."""
    found = []
    others = [rival for rival in rivals if not rival.is_facet]
    for facet in (rival for rival in rivals if rival.is_facet):
        own = figures[facet.key]
        for rival in others:
            its = figures[rival.key]
            if rival.gives_attributes:
                found.append(_speed(facet, own, rival, its))
            is_smaller = own.peak_mb < its.peak_mb
            memory = f"{own.peak_mb:.0f} MB against {its.peak_mb:.0f} MB"
            found.append(Verdict(facet.key, f"less memory than {rival.title}", is_smaller, memory))
    return found
