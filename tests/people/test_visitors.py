"""Which visits of unknown people are one visitor's, and who of them would be recognised by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from device.errors import UnknownVisitorError
from device.people.embedding import Embedding
from device.people.person import NewReference
from device.people.visitors import (
    Encounter,
    nearest_visitor,
    recognised,
    visitor_number,
    visitors_of,
)
from tests.people.faces import LIMITS, axis, gallery, near
from tests.people.references import THEN


def encounters(**faces: Sequence[Embedding]) -> list[Encounter]:
    """Return visits of visitors, who are numbered in this order; one a day."""
    rows = [(number, face) for number, own in enumerate(faces.values(), 1) for face in own]
    return [
        Encounter(
            i,
            number,
            NewReference(face, 0.5),
            THEN + timedelta(days=i),
            THEN + timedelta(days=i, minutes=1),
        )
        for i, (number, face) in enumerate(rows)
    ]


def test_a_visitor_is_whoever_is_as_near_as_somebody_enrolled_has_to_be() -> None:
    """Of several the nearest one."""
    before = encounters(first=[axis(0)], second=[axis(1)])
    assert nearest_visitor(near({0: 0.55, 1: 0.6}), before, LIMITS) == 2
    assert nearest_visitor(near({0: 0.49, 1: 0.49}), before, LIMITS) is None
    assert nearest_visitor(axis(0), [], LIMITS) is None


def test_one_visit_that_is_alike_does_not_make_a_visitor_of_many_visits() -> None:
    """A chain of faces, each near to the one before, would end at somebody else."""
    before = encounters(first=[axis(0), axis(1), axis(2)])
    assert nearest_visitor(near({0: 0.8}), before, LIMITS) is None
    assert nearest_visitor(near({0: 0.6, 1: 0.5, 2: 0.5}), before, LIMITS) == 1


def test_who_came_is_said_without_what_they_look_like() -> None:
    """With the first and the last moment, and how often."""
    one, two = visitors_of(encounters(first=[axis(0)] * 3, second=[axis(1)]))
    assert (one.label, one.visits, two.label, two.visits) == ("Visitor 1", 3, "Visitor 2", 1)
    assert (one.first_seen, one.last_seen) == (THEN, THEN + timedelta(days=2, minutes=1))


def test_whoever_the_gallery_has_a_name_for_is_recognised() -> None:
    """By all visits together; one that is unlike does not change it."""
    before = encounters(anna=[near({0: 0.8}), near({0: 0.7}), near({0: 0.4})], other=[axis(5)])
    assert recognised(before, gallery(Anna=[axis(0)]), LIMITS) == {1}
    assert recognised(before, gallery(), LIMITS) == set()
    # Between two names it is neither's.
    alike = gallery(Anna=[axis(0)], Bert=[axis(0)])
    assert recognised(before, alike, LIMITS) == set()


def test_a_visitor_is_meant_by_the_label_or_the_number() -> None:
    """Whatever else is written is said to be none."""
    assert [visitor_number(text) for text in ("Visitor 3", "visitor3", " 3 ")] == [3, 3, 3]
    for text in ("", "Visitor", "Anna", "-3", "\u0663", "9" * 30):
        with pytest.raises(UnknownVisitorError, match="is no visitor; one is called"):
            visitor_number(text)
