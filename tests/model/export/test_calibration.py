"""Thresholds keep their promise, and every person has the same weight."""

from __future__ import annotations

import numpy as np
import pytest

from device.networks.card import Label
from model.evaluation.predictions import Predictions
from model.export.calibration import (
    balanced_threshold,
    describe,
    equal_people,
    fit_labels,
    precise_threshold,
)
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


def test_masked_labels_decide_neither_calibration_nor_thresholds() -> None:
    """A label that is wrong wherever it is masked is fitted as if these pictures were not there."""
    random = np.random.default_rng(4)
    logits = random.normal(0, 2, (600, 1, 2)).astype(np.float32)
    truth = random.random((600, 2)) < 1 / (1 + np.exp(-logits[:, 0]))
    visible = np.ones((600, 2), bool)
    visible[400:, 0] = False
    identities = np.arange(600) // 2

    def fitted(count: int, *, wrong: bool) -> Label:
        labels = truth.copy()
        labels[400:] ^= wrong
        part = slice(0, count)
        seen = Predictions(
            logits[part], labels[part], visible[part], 0, np.zeros(count), identities[part]
        )
        return fit_labels(("first", "second"), seen)[0]

    assert fitted(600, wrong=True) == fitted(400, wrong=False)


def test_a_label_that_no_picture_shows_promises_nothing() -> None:
    """It keeps the network's probability, and its precision is below any promise, so that it starts disabled."""
    nothing = np.zeros((20, 1), bool)
    predictions = Predictions(
        np.ones((20, 2, 1), np.float32), nothing, nothing, 0, np.zeros(20), np.arange(20)
    )
    (label,) = fit_labels(("hidden",), predictions)
    assert (label.scales, label.bias) == ((0.5, 0.5), 0)
    assert label.precise.precision == 0
