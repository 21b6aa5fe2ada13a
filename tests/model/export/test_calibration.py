"""Thresholds keep their promise, and every person has the same weight."""

from __future__ import annotations

import numpy as np
import pytest

from model.export.calibration import balanced_threshold, describe, equal_people, precise_threshold
from model.training.logistic_regression import fit_scales


def test_every_person_has_the_same_weight() -> None:
    """Three pictures of one person weigh as much as one of another; unknown people are all different."""
    weights = equal_people(np.array([7, 7, 7, 8, -1, -1]))
    assert weights.mean() == pytest.approx(1)
    assert weights[:3].sum() == pytest.approx(weights[3])
    assert weights[3] == weights[4] == weights[5]


def test_one_person_who_is_shown_often_does_not_decide_for_all() -> None:
    """A label of half the pictures, but of one person in 101, moves the base rate little."""
    identities = np.concatenate([np.zeros(100, int), np.arange(1, 101)])
    truth = identities == 0
    _, bias = fit_scales(np.zeros((200, 1)), truth, equal_people(identities))
    assert 1 / (1 + np.exp(-bias)) < 0.2


def test_a_rare_attribute_gets_a_lower_threshold_when_accuracy_allows() -> None:
    """F1 decides among thresholds of about the same accuracy."""
    probabilities = np.array([0.45] * 4 + [0.01] * 996, np.float32)
    assert balanced_threshold(probabilities, np.ones(1000)) <= 0.45


def test_a_precise_threshold_keeps_its_promise_with_the_most_recall() -> None:
    """Of a hundred predicted positives above 0.7, 95 are right; one step lower, too few."""
    probabilities = np.repeat(np.array([0.1, 0.6, 0.8], np.float32), 100)
    truth = np.concatenate([np.zeros(100), np.arange(100) < 60, np.arange(100) < 95]).astype(bool)
    value = precise_threshold(probabilities, truth, np.ones(300), balanced=0.5)
    assert 0.6 < value <= 0.8
    threshold = describe(value, probabilities, truth, np.ones(300))
    assert threshold.precision == 0.95
    assert threshold.recall == pytest.approx(95 / 155, abs=1e-4)


def test_where_no_threshold_keeps_the_promise_the_balanced_one_stays() -> None:
    """The tosses of a coin cannot be predicted with precision."""
    probabilities = np.full(1000, 0.5, np.float32)
    truth = np.arange(1000) % 2 == 0
    assert precise_threshold(probabilities, truth, np.ones(1000), balanced=0.4) == 0.4
