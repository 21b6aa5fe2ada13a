"""What happens to the pictures of an epoch is drawn once, the same for the same seed."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from model.data.draws import Draws, draw, matrices, plain
from model.recipes.recipe import Augmentation

_SIDE = 96


def _drawn(seed: int, count: int = 200) -> Draws:
    return draw(Augmentation(), count, _SIDE, np.random.default_rng(seed))


def _values(draws: Draws) -> dict[str, object]:
    return {field.name: np.asarray(getattr(draws, field.name)).tolist() for field in fields(draws)}


def test_the_same_seed_draws_the_same() -> None:
    """A resumed run sees the same pictures; another seed gives others."""
    assert _values(_drawn(3)) == _values(_drawn(3))
    assert _values(_drawn(3)) != _values(_drawn(4))


def test_the_draws_of_some_pictures_are_those_of_all_of_them() -> None:
    """A batch takes its rows, wherever they are."""
    some = _drawn(3).rows([7, 2])
    assert some.angle.tolist() == [_drawn(3).angle[7], _drawn(3).angle[2]]
    assert some.hole.shape == (2, 4)
    assert some.side == _SIDE


def test_holes_and_borders_lie_in_the_picture() -> None:
    """At most a third of it, or a seventh at each edge."""
    draws = draw(Augmentation(erase=1), 500, _SIDE, np.random.default_rng(0))
    top, left, height, width = draws.hole.T
    assert ((top >= 0) & (left >= 0)).all()
    assert ((top + height <= _SIDE) & (left + width <= _SIDE)).all()
    assert draws.border.max() < _SIDE / 7


@pytest.mark.parametrize("zoom", [1.0, 1.4])
def test_what_does_not_stray_keeps_the_middle_in_the_middle(zoom: float) -> None:
    """And is as much larger as the zoom says."""
    matrix = matrices(plain(1, _SIDE, zoom), 184, 1.15)[0]
    assert matrix @ [92, 92, 1] == pytest.approx([_SIDE / 2, _SIDE / 2])
    assert matrix[0, 0] == pytest.approx(zoom * _SIDE / 160)


def test_a_mirrored_picture_turns_left_into_right() -> None:
    """What is at the left of the one is as far from the right of the other."""
    draws = _drawn(1)
    straight, mirrored = (
        matrices(draws.row(row), 184, 1.15)[0]
        for row in (np.flatnonzero(~draws.is_mirrored)[0], np.flatnonzero(draws.is_mirrored)[0])
    )
    assert np.linalg.det(straight[:, :2]) > 0 > np.linalg.det(mirrored[:, :2])
