"""What a gallery says about the minimum score."""

from __future__ import annotations

import pytest

from device.errors import UnsafeScoreError
from device.people.calibration import calibrate
from device.people.gallery import Gallery
from tests.people.faces import LIMITS, axis, gallery, near

ALIKE = gallery(Ada=[axis(0), near({0: 0.7})], Ben=[near({0: 0.6}, rest=9)])


def test_each_person_is_compared_with_themselves_and_with_others() -> None:
    """The lowest similarity with the own references, the highest with those of others."""
    ada, ben = calibrate(ALIKE, LIMITS).people
    assert ada.own == pytest.approx(0.7)
    assert ada.ceiling == pytest.approx(0.6)
    assert ada.with_whom == "Ben"
    assert (ben.own, ben.with_whom) == (None, "Ada")


def test_people_who_are_alike_need_a_higher_score() -> None:
    """Above the ceiling, with a margin: a gallery compared with itself looks easier than life."""
    assert calibrate(ALIKE, LIMITS).recommended == pytest.approx(0.65)


def test_people_who_are_not_alike_keep_the_networks_score() -> None:
    """Never a lower one: strangers are not in the gallery."""
    assert calibrate(gallery(Ada=[axis(0)], Ben=[axis(1)]), LIMITS).recommended == LIMITS.score


def test_an_unsafe_score_is_refused_with_the_names() -> None:
    """With what is allowed."""
    with pytest.raises(UnsafeScoreError, match=r"Ada and Ben .* 0\.60; use at least 0\.65"):
        calibrate(ALIKE, LIMITS).require_safe(0.55)
    calibrate(ALIKE, LIMITS).require_safe(0.66)


def test_a_score_at_which_strangers_get_names_is_refused_for_any_gallery() -> None:
    """Also where only one person is enrolled."""
    with pytest.raises(UnsafeScoreError, match="strangers"):
        calibrate(gallery(Ada=[axis(0)]), LIMITS).require_safe(0.3)


def test_an_empty_gallery_recommends_what_belongs_to_the_network() -> None:
    """There is nothing to compare."""
    empty = calibrate(Gallery.empty(), LIMITS)
    assert (list(empty.people), empty.ceiling, empty.recommended) == ([], None, LIMITS.score)
