"""From answers to figures, and to what they say about Facet's promises."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.rivals.places import Count
from benchmarks.rivals.process import SeenFace
from benchmarks.rivals.rivals import Rival
from benchmarks.rivals.summary import Figures, Said, ratio, said, summarize, verdicts_of
from tests.benchmarks.rivals.answers import (
    FACE,
    FACET,
    ORIGINAL,
    OTHER,
    SILENT,
    SMALL_FACE,
    answer,
    one_round,
    picture,
)

MAN, WOMAN = SeenFace(FACE, {"Male": True}), SeenFace(FACE, {"Male": False})


def test_of_several_rounds_the_fastest_look_at_each_picture_counts() -> None:
    """Whatever else the machine does can only add to it; memory and start are medians."""
    pictures = [picture("a", 1), picture("b", None)]
    rounds = [
        one_round([answer(5, MAN, cpu=9), answer(40, cpu=30)], peak_mb=120, start=3),
        one_round([answer(7, MAN, cpu=8), answer(20, cpu=35)], peak_mb=100, start=1),
        one_round([answer(9, MAN, cpu=7), answer(30, cpu=40)], peak_mb=110, start=2),
    ]
    figures = summarize([FACET], pictures, {FACET.key: rounds})[FACET.key]
    assert figures.milliseconds == (5, 20)
    assert figures.cpu_milliseconds == (7, 30)
    assert (figures.median, figures.cpu_median) == (12.5, 18.5)
    assert figures.p95 == pytest.approx(19.25)
    assert (figures.start_seconds, figures.peak_mb, figures.resident_mb) == (2, 110, 55)


def test_faces_are_counted_where_people_have_counted_them() -> None:
    """On three pictures of four; one rival misses a face, the other invents one."""
    pictures = [picture("a", 1), picture("b", 1), picture("none", 0), picture("crowd", None)]
    crowd = answer(1, *[MAN] * 7)
    measured = {
        FACET.key: [one_round([answer(1, MAN), answer(1, MAN), answer(1), crowd])],
        OTHER.key: [one_round([answer(1, MAN), answer(1), answer(1, MAN), crowd])],
    }
    figures = summarize([FACET, OTHER], pictures, measured)
    assert (figures["ours"].faces, figures["ours"].right_pictures) == (Count(2, 0, 0), 3)
    assert (figures["other"].faces, figures["other"].right_pictures) == (Count(1, 1, 1), 1)


def test_an_answer_is_judged_where_somebody_has_labelled_the_only_face() -> None:
    """Right, wrong, and not answered; a group and a picture without this label do not count."""
    pictures = [
        picture("right", 1, Male=True),
        picture("wrong", 1, Male=True),
        picture("missed", 1, Male=False),
        picture("group", 2, Male=True),
        picture("unclear", 1, Smiling=True),
    ]
    answers = [answer(1, face) for face in (MAN, WOMAN)]
    answers += [answer(1), answer(1, MAN), answer(1, MAN)]
    assert said("Male", pictures, answers) == Said(right=1, wrong=1, unanswered=1)


def test_of_several_finds_the_largest_face_answers() -> None:
    """The small one is something else in the picture."""
    small = SeenFace(SMALL_FACE, {"Male": False})
    told = said("Male", [picture("a", 1, Male=True)], [answer(1, small, MAN)])
    assert told == Said(right=1, wrong=0, unanswered=0)


def test_each_picture_is_compared_with_itself() -> None:
    """Twice, three times and forty times as long: three times, whatever a picture takes."""
    assert ratio([20, 300, 40], [10, 100, 1]) == 3


def _figures(milliseconds: Sequence[float], peak_mb: float, cpu: Sequence[float] = ()) -> Figures:
    times = tuple(milliseconds)
    return Figures(times, tuple(cpu) or times, 1, peak_mb, peak_mb, Count(0, 0, 0), 0, {})


def _kept(rival: Rival, its: Figures) -> list[bool]:
    figures = {FACET.key: _figures([10, 20], 100), rival.key: its}
    return [verdict.is_kept for verdict in verdicts_of([FACET, rival], figures)]


def test_the_original_must_take_ten_times_as_long() -> None:
    """And more memory."""
    assert _kept(ORIGINAL, _figures([100, 200], 101)) == [True, True]
    assert _kept(ORIGINAL, _figures([99, 199], 100)) == [False, False]


def test_a_rival_that_gives_attributes_must_be_slower() -> None:
    """By any amount."""
    assert _kept(OTHER, _figures([11, 21], 500)) == [True, True]
    assert _kept(OTHER, _figures([9, 19], 500)) == [False, True]


def test_a_promise_about_speed_holds_by_both_clocks_or_not() -> None:
    """Waiting for a crowded machine is not work: with as little CPU as ours, the other one is as fast."""
    assert _kept(OTHER, _figures([90, 90], 500, cpu=[10, 20])) == [False, True]


def test_one_without_attributes_is_only_compared_in_memory() -> None:
    """It does less."""
    verdicts = verdicts_of(
        [FACET, SILENT], {"ours": _figures([10], 100), "silent": _figures([1], 200)}
    )
    promises = [(verdict.promise, verdict.is_kept, verdict.measured) for verdict in verdicts]
    assert promises == [("less memory than Silent", True, "100 MB against 200 MB")]
