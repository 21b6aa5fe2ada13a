"""Probabilities are those of everybody, and a threshold keeps its promise or does not exist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.perception.analysers.facial_hair import softmax
from model.data.facial_hair import FacialHairRows
from model.export.facial_hair_calibration import PROMISED, fit_question, population

_ANSWERS = ("none", "present")


def _rows(careful: int, men: int, women: int) -> FacialHairRows:
    count = careful + men + women
    place = np.arange(count)
    return FacialHairRows(
        tuple(Path(f"{i}.jpg") for i in place),
        np.zeros((count, 4), np.int8),
        place < careful,
        place < careful + men,
        np.ones(count, bool),
        np.arange(count),
        {},
    )


def test_the_rows_stand_for_everybody_whatever_their_numbers_are() -> None:
    """Two in five are women, and two in three of the men are called bearded."""
    weights = population(_rows(careful=300, men=50, women=10))
    shares = [weights[:300].sum(), weights[300:350].sum(), weights[350:].sum()]
    np.testing.assert_allclose(np.array(shares) / weights.sum(), [0.4, 0.2, 0.4])


def test_probabilities_that_are_too_certain_become_those_that_come_true() -> None:
    """The network says logits three times as large as they should be."""
    random = np.random.default_rng(5)
    true_logits = random.normal(size=4000).astype(np.float32)
    truth = (random.random(4000) < 1 / (1 + np.exp(-true_logits))).astype(np.int8)
    said = np.stack([np.zeros_like(true_logits), 3 * true_logits], axis=1)
    question = fit_question(_ANSWERS, said, truth, _rows(4000, 0, 0))
    biases = np.array([answer.bias for answer in question.answers], np.float32)
    found = softmax(question.scale * said + biases)[:, 1]
    np.testing.assert_allclose(found.mean(), truth.mean(), atol=0.01)
    assert question.scale == pytest.approx(1 / 3, rel=0.15)


def test_a_threshold_keeps_its_promise() -> None:
    """The precise one is higher, and finds less."""
    random = np.random.default_rng(6)
    truth = random.integers(0, 2, 2000).astype(np.int8)
    signal = (2 * truth - 1) * 1.2 + random.normal(size=2000)
    said = np.stack([np.zeros(2000), 2 * signal], axis=1).astype(np.float32)
    for answer in fit_question(_ANSWERS, said, truth, _rows(2000, 0, 0)).answers:
        assert answer.balanced is not None
        assert answer.precise is not None
        assert answer.balanced.precision >= PROMISED["balanced"]
        assert answer.precise.precision >= PROMISED["precise"]
        assert answer.balanced.value < answer.precise.value
        assert answer.balanced.recall > answer.precise.recall


def test_without_a_signal_nothing_can_be_promised() -> None:
    """An answer that is right half of the time has no threshold."""
    random = np.random.default_rng(7)
    truth = random.integers(0, 2, 1000).astype(np.int8)
    said = random.normal(size=(1000, 2)).astype(np.float32)
    question = fit_question(_ANSWERS, said, truth, _rows(1000, 0, 0))
    assert {answer.precise for answer in question.answers} == {None}


def test_what_is_masked_changes_nothing() -> None:
    """A picture that does not show the answer counts neither for nor against it."""
    random = np.random.default_rng(8)
    truth = random.integers(0, 2, 600).astype(np.int8)
    said = random.normal(size=(600, 2)).astype(np.float32)
    said[:, 1] += 3 * truth
    known = fit_question(_ANSWERS, said, truth, _rows(600, 0, 0))
    more = np.concatenate([said, np.full((100, 2), 9, np.float32)])
    masked = np.concatenate([truth, np.full(100, -1, np.int8)])
    assert fit_question(_ANSWERS, more, masked, _rows(700, 0, 0)) == known
