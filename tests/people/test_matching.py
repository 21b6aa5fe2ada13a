"""Who a face is nearest to, and when that is near enough for a name."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from device.people.gallery import Gallery
from device.people.identity import Identity, Recognition
from device.people.matching import identify, similarities
from tests.people.faces import LIMITS, axis, gallery, near

HOME = gallery(Ada=[axis(0), axis(0)], Ben=[axis(1), axis(1)])


def answer(*faces: np.ndarray, known: Gallery = HOME) -> Identity:
    """Return what is decided about somebody who is seen in some frames."""
    probes = np.array(faces, np.float32)
    return identify(probes, np.ones(len(faces), np.float32), known, LIMITS)


def test_a_face_near_a_person_has_their_name() -> None:
    """With the score, and how much nearer it is than the next."""
    known = answer(near({0: 0.8, 1: 0.1}))
    assert known.person is not None
    assert (known.result, known.person.name) == (Recognition.KNOWN, "Ada")
    assert known.score == pytest.approx(0.8)
    assert known.margin == pytest.approx(0.7)


def test_a_face_near_nobody_is_unknown() -> None:
    """Whoever is nearest is remembered, and not named."""
    stranger = answer(near({0: 0.49}))
    assert (stranger.result, stranger.people) == (Recognition.UNKNOWN, ())
    assert stranger.nearest is not None
    assert stranger.nearest.name == "Ada"


def test_a_face_between_two_people_names_both() -> None:
    """A wrong name is worse than none."""
    between = answer(near({0: 0.60, 1: 0.57}))
    assert between.result is Recognition.AMBIGUOUS
    assert [person.name for person in between.people] == ["Ada", "Ben"]
    assert between.person is None


def test_frames_that_disagree_name_nobody() -> None:
    """Two of four frames for each: no majority."""
    ada, ben = near({0: 0.9}), near({1: 0.7})
    assert answer(ada, ada, ben, ben).result is Recognition.AMBIGUOUS


def test_a_burst_is_decided_by_its_mean() -> None:
    """One bad frame of five does not make a stranger."""
    assert answer(*[near({0: 0.7})] * 4, near({0: 0.2})).result is Recognition.KNOWN


def test_a_burst_that_is_mostly_somebody_is_no_stranger() -> None:
    """Nor is it certain enough for the name."""
    assert answer(*[near({0: 0.55})] * 2, near({0: 0.1})).result is Recognition.UNSURE


def test_a_heavier_frame_counts_more() -> None:
    """The weights decide between two frames that disagree about whether it is anybody."""
    probes = np.array([near({0: 0.7}), near({0: 0.1})])
    heavy = identify(probes, np.array([9, 1], np.float32), HOME, LIMITS)
    light = identify(probes, np.array([1, 9], np.float32), HOME, LIMITS)
    assert (heavy.result, light.result) == (Recognition.KNOWN, Recognition.UNKNOWN)


def test_whoever_almost_has_a_name_is_no_stranger() -> None:
    """A resident who is badly seen resembles themselves more than a stranger does."""
    cautious = replace(LIMITS, stranger=0.4)
    weight = np.ones(1, np.float32)
    results = [
        identify(near({0: score})[None], weight, HOME, cautious).result
        for score in (0.51, 0.45, 0.39)
    ]
    assert results == [Recognition.KNOWN, Recognition.UNSURE, Recognition.UNKNOWN]


def test_among_many_people_a_stranger_may_resemble_somebody_more() -> None:
    """As a name needs more there; and whoever has a name is never a stranger."""
    limits = replace(LIMITS, growth=0.1, stranger=0.4)
    assert [limits.stranger_among(people) for people in (1, 50, 100)] == pytest.approx(
        [0.4, 0.4, 0.4 + 0.1 * np.log(2)]
    )
    assert replace(limits, score=0.3).stranger_among(1) == 0.3


def test_frames_that_show_different_sides_say_more_together() -> None:
    """The mean of their similarities alone would be too low for the name."""
    one, other = near({0: 0.48}, rest=20), near({0: 0.48}, rest=21)
    assert answer(one).result is Recognition.UNKNOWN
    assert answer(one, other).result is Recognition.KNOWN


def test_nobody_is_a_stranger_where_nobody_is_enrolled() -> None:
    """Otherwise every press would be an alarm."""
    assert answer(axis(5), known=Gallery.empty()).result is Recognition.UNSURE


def test_the_similarity_with_a_person_is_that_with_the_middle_of_the_references() -> None:
    """References that differ cost nothing: what is between them is compared, and not each of them."""
    known = gallery(Ada=[axis(0), axis(1)], Ben=[axis(2)], Cy=[])
    np.testing.assert_allclose(
        similarities(np.array([near({0: 0.6, 1: 0.6}), axis(2)]), known),
        [[0.6 * np.sqrt(2), 0, -1], [0, 1, -1]],
        atol=1e-6,
    )


def test_one_reference_that_fits_by_chance_is_not_enough() -> None:
    """The others say otherwise."""
    lucky = gallery(Ada=[near({0: 0.9}), axis(10), axis(11), axis(12)])
    assert similarities(axis(0)[None], lucky)[0, 0] == pytest.approx(0.45)


def test_a_name_among_many_people_needs_a_higher_score() -> None:
    """The more there are, the likelier a stranger looks like one of them; fewer people lower nothing."""
    limits = replace(LIMITS, growth=0.1)
    assert [limits.score_among(people) for people in (1, 50, 100)] == pytest.approx(
        [0.5, 0.5, 0.5 + 0.1 * np.log(2)]
    )
    crowd = gallery(**{f"P{n}": [axis(n)] for n in range(100)})
    probe, weight = near({0: 0.55})[None], np.ones(1, np.float32)
    assert identify(probe, weight, crowd, LIMITS).result is Recognition.KNOWN
    assert identify(probe, weight, crowd, limits).result is Recognition.UNKNOWN


def test_a_thousand_references_are_searched_in_less_than_a_millisecond() -> None:
    """Fifty people with twenty each; the middle of the references is found once."""
    faces = np.random.default_rng(0).normal(size=(50, 20, 192)).astype(np.float32)
    crowd = gallery(**{f"P{n}": list(own) for n, own in enumerate(faces)})
    similarities(faces[0, :1], crowd)
    times = []
    for _ in range(20):
        started = perf_counter()
        similarities(faces[0, :1], crowd)
        times.append(perf_counter() - started)
    assert min(times) < 1e-3


def test_a_person_without_a_usable_reference_is_never_named() -> None:
    """All of theirs may be set aside."""
    known = answer(near({0: 0.8}), known=gallery(Ada=[axis(0)], Ben=[]))
    assert known.person is not None
    assert known.person.name == "Ada"


def test_the_order_of_people_decides_nothing() -> None:
    """The same faces, the same names."""
    reversed_home = gallery(Ben=[axis(1), axis(1)], Ada=[axis(0), axis(0)])
    face = near({0: 0.7, 1: 0.3})
    assert answer(face).to_json() == answer(face, known=reversed_home).to_json()
