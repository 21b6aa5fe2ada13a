"""Masks that are painted on faces, and what is fitted to them."""

from __future__ import annotations

import numpy as np
import pytest

from device.perception.mouth import RED_OF_LIPS, TRAITS, MouthRule
from model.evaluation.masks import regression
from model.evaluation.painted_masks import KINDS, paint

_KEYPOINTS = np.array([[40, 40], [80, 40], [60, 65], [60, 85], [25, 45], [95, 45]], np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_covers_the_mouth_and_leaves_the_eyes(kind: str) -> None:
    """Whatever color, shape and light are drawn."""
    face = np.full((140, 120, 3), 140, np.uint8)
    painted = paint(face, _KEYPOINTS, kind, np.random.default_rng(3)).astype(int)
    assert np.abs(painted[82:100, 50:70] - 140).mean() > 10
    assert np.abs(painted[:45] - 140).max() <= 1


def test_the_same_chance_paints_the_same_mask() -> None:
    """A figure can be measured again."""
    face = np.full((140, 120, 3), 140, np.uint8)
    first, second = (
        paint(face, _KEYPOINTS, "patterned", np.random.default_rng(1)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_the_regression_tells_apart_what_differs() -> None:
    """By the trait in which bare and masked faces differ."""
    chance = np.random.default_rng(0)
    bare, masked = chance.normal(size=(2, 200, TRAITS))
    masked[:, 4] += 6
    weights = regression(bare, masked)
    assert int(np.argmax(np.abs(weights))) == 4
    limit = float(np.quantile(bare @ weights, 0.99))
    rule = MouthRule(weights=tuple(weights), limit=limit, min_red=-9)
    assert np.mean([rule.hides(face) for face in masked]) > 0.95


def test_a_face_without_the_red_of_lips_hides_them() -> None:
    """Whatever its colors are otherwise."""
    rule = MouthRule(weights=(0.0,) * TRAITS, limit=1, min_red=0.8)
    face = np.ones(TRAITS)
    assert not rule.hides(face)
    face[RED_OF_LIPS] = 0.7
    assert rule.hides(face)
