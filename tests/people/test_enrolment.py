"""Which faces become references, and what each refusal says."""

from __future__ import annotations

import pytest

from device.people.enrolment import Candidate, choose_references
from device.people.gallery import Gallery
from device.people.hygiene import Flaw, Refusal, refusal
from tests.people.faces import LIMITS, axis, gallery, near, someone

ADA = someone("Ada")


def flaws(*pictures: list[Candidate], known: Gallery | None = None) -> list[Flaw | None]:
    """Return why each picture of Ada is refused."""
    chosen = choose_references(pictures, ADA, known or Gallery.empty(), LIMITS)
    assert len(chosen.references) == chosen.refusals.count(None)
    return [each.flaw if each else None for each in chosen.refusals]


def face(*similarity: float, rest: int = 150) -> Candidate:
    """Return a face that is this similar to Ada (axis 0) and Ben (axis 1)."""
    return Candidate(near(dict(enumerate(similarity)), rest), 0.9)


def test_different_pictures_of_one_person_are_taken() -> None:
    """Each of them says something that the others do not."""
    assert flaws([face(0.8, rest=3)], [face(0.8, rest=4)], [face(0.7, rest=5)]) == [None] * 3


def test_a_picture_without_a_face_is_refused() -> None:
    """The others are taken all the same."""
    assert flaws([], [face(0.8)]) == [Flaw.NO_FACE, None]


def test_of_several_faces_none_is_taken_for_somebody_new() -> None:
    """Never simply the largest."""
    assert flaws([face(0.8), face(0.0, 0.9)]) == [Flaw.SEVERAL_FACES]


def test_of_several_faces_the_one_like_the_references_is_taken() -> None:
    """The picture with a friend on it can be used once the person is known."""
    known = gallery(Ada=[axis(0)])
    chosen = choose_references([[face(0.0, 0.9), face(0.8)]], ADA, known, LIMITS)
    assert chosen.references[0].embedding == pytest.approx(face(0.8).embedding)


def test_of_two_faces_that_both_fit_none_is_taken() -> None:
    """Twins are not told apart by chance."""
    assert flaws([face(0.8, rest=3), face(0.8, rest=4)], known=gallery(Ada=[axis(0)])) == [
        Flaw.SEVERAL_FACES
    ]


def test_the_same_picture_twice_is_one_reference() -> None:
    """It would add nothing, and count twice."""
    assert flaws([face(0.8)], [face(0.8)]) == [None, Flaw.DUPLICATE]


def test_a_picture_of_somebody_else_is_the_one_refused_although_it_comes_first() -> None:
    """The others agree with each other; whoever comes first would otherwise decide who the person is."""
    other, own = face(0.1, rest=7), [face(0.9), face(0.85, rest=8)]
    assert flaws([other], [own[0]], [own[1]]) == [Flaw.OUTLIER, None, None]


def test_a_face_unlike_the_others_is_refused() -> None:
    """Among the pictures of one person there is often one of somebody else."""
    assert flaws([face(0.9)], [face(0.1, rest=7)]) == [None, Flaw.OUTLIER]


def test_a_face_of_somebody_who_is_enrolled_is_refused_for_a_new_name() -> None:
    """One person with two names is never recognised: it is always between both."""
    known = gallery(Ben=[axis(1)])
    assert flaws([face(0.0, 0.8)], known=known) == [Flaw.SOMEBODY_ELSE]


def test_a_face_of_somebody_else_is_refused_for_a_known_name() -> None:
    """A name that is taken does not get a different face."""
    known = gallery(Ada=[axis(0)], Ben=[axis(1)])
    assert flaws([face(0.35, 0.8)], known=known) == [Flaw.SOMEBODY_ELSE]


def test_what_is_wrong_with_a_picture_comes_before_what_is_wrong_with_the_face() -> None:
    """A blurred face is called blurred, whomever it looks like."""
    blurred = Candidate(axis(1), 0.1, Refusal(Flaw.TOO_BLURRED, "blurred"))
    assert flaws([blurred], known=gallery(Ben=[axis(1)])) == [Flaw.TOO_BLURRED]


def test_a_refusal_names_who_is_meant_and_the_numbers() -> None:
    """So that the owner knows what to do."""
    found = refusal(near({1: 0.8}), None, gallery(Ben=[axis(1)]), LIMITS)
    assert found is not None
    assert "Ben" in found.explanation
    assert "0.80" in found.explanation
