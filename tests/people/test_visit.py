"""Within a visit people keep their names, and nobody is called a stranger at first sight."""

from __future__ import annotations

from device.people.identity import Identity, Recognition
from device.people.visit import Visit, settle
from tests.people.faces import identity

KNOWN, UNKNOWN, UNSURE = Recognition.KNOWN, Recognition.UNKNOWN, Recognition.UNSURE


def results(*captures: tuple[float, Identity]) -> list[Recognition]:
    """Return what each capture of one face says, by its time in seconds."""
    visit, said = Visit(), []
    for moment, seen in captures:
        (settled,), visit = settle([seen], visit, moment)
        said.append(settled.result)
    return said


def test_who_was_named_keeps_the_name_for_the_visit() -> None:
    """Minutes later, turned or badly lit, the resident is not a stranger."""
    again = identity(UNKNOWN, "Ada", 0.4)
    assert results((0, identity(KNOWN, "Ada", 0.7)), (100, again)) == [KNOWN, KNOWN]


def test_who_comes_after_the_named_one_does_not_get_the_name() -> None:
    """Somebody who does not look like it at all is nobody at first, and then a stranger."""
    other = identity(UNKNOWN, "Ada", 0.1)
    assert results((0, identity(KNOWN, "Ada", 0.7)), (20, other), (40, other)) == [
        KNOWN,
        UNSURE,
        UNKNOWN,
    ]


def test_a_name_ends_with_the_visit() -> None:
    """After three minutes without a capture it begins from nothing."""
    assert results((0, identity(KNOWN, "Ada", 0.7)), (181, identity(UNKNOWN, "Ada", 0.4))) == [
        KNOWN,
        UNSURE,
    ]


def test_a_visit_lasts_as_long_as_there_are_captures() -> None:
    """The time counts from the newest one."""
    again = identity(UNKNOWN, "Ada", 0.4)
    first = identity(KNOWN, "Ada", 0.7)
    assert results((0, first), (170, again), (340, again)) == [KNOWN] * 3


def test_a_stranger_is_called_one_in_the_second_capture() -> None:
    """A single frame convinces nobody."""
    stranger = identity(UNKNOWN, "Ada", 0.1)
    assert results((0, stranger), (5, stranger)) == [UNSURE, UNKNOWN]


def test_a_burst_whose_frames_agree_and_are_far_from_everybody_makes_a_stranger_at_once() -> None:
    """Otherwise they may all show a resident at a bad moment."""
    assert results((0, identity(UNKNOWN, "Ada", 0.1, frames=3))) == [UNKNOWN]
    near = identity(UNKNOWN, "Ada", 0.3, frames=3)
    assert results((0, near), (5, near)) == [UNSURE, UNKNOWN]


def test_a_capture_that_almost_has_a_name_begins_the_count_again() -> None:
    """Somebody who looks like a resident once is hardly a stranger."""
    stranger, almost = identity(UNKNOWN, "Ada", 0.3), identity(UNSURE, "Ada", 0.5)
    said = results((0, stranger), (5, almost), (10, stranger), (15, stranger))
    assert said == [UNSURE, UNSURE, UNSURE, UNKNOWN]


def test_a_capture_that_shows_too_little_leaves_the_count_as_it_is() -> None:
    """Whoever looks away for a moment is as strange as before."""
    stranger, away = identity(UNKNOWN, "Ada", 0.3), identity(Recognition.TURNED_AWAY)
    assert results((0, stranger), (5, away), (10, stranger))[2] is UNKNOWN


def test_a_capture_with_a_name_in_between_begins_the_count_again() -> None:
    """Two captures in a row, not two in total."""
    stranger = identity(UNKNOWN, "Ben", 0.1)
    said = results((0, stranger), (5, identity(KNOWN, "Ada", 0.7)), (10, stranger))
    assert said == [UNSURE, KNOWN, UNSURE]


def test_a_face_that_does_not_show_enough_stays_what_it_is() -> None:
    """Neither a name nor a stranger, in any visit."""
    away = identity(Recognition.TURNED_AWAY)
    assert results((0, identity(KNOWN, "Ada", 0.7)), (5, away), (9, away))[1:] == [away.result] * 2


def test_a_capture_that_shows_nobody_begins_the_count_again() -> None:
    """Two strange captures with an empty room between them may show two people."""
    stranger = identity(UNKNOWN, "Ada", 0.3)
    _, visit = settle([stranger], Visit(), 0)
    _, visit = settle([], visit, 100)
    (settled,), _ = settle([stranger], visit, 200)
    assert settled.result is UNSURE


def test_a_capture_that_shows_nobody_leaves_the_names_of_the_visit() -> None:
    """Whoever was out of the picture for a moment is no stranger."""
    _, visit = settle([identity(KNOWN, "Ada", 0.7)], Visit(), 0)
    _, visit = settle([], visit, 100)
    (settled,), _ = settle([identity(UNKNOWN, "Ada", 0.4)], visit, 200)
    assert settled.result is KNOWN
