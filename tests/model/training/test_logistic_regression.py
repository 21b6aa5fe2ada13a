"""Overconfident networks are corrected, and the one that knows more has more influence."""

from __future__ import annotations

import numpy as np
import pytest

from model.training.logistic_regression import fit_scales, probability


def test_platt_recovers_an_overconfident_network() -> None:
    """Logits that are twice too large are halved, and a shift is undone."""
    random = np.random.default_rng(5)
    honest = random.normal(0, 2, 20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-honest))
    (scale,), bias = fit_scales(honest[:, None] * 2 + 1, truth, np.ones(20_000))
    assert scale == pytest.approx(0.5, abs=0.03)
    assert bias == pytest.approx(-0.5, abs=0.06)


def test_platt_never_turns_the_order_around() -> None:
    """A network that is wrong about a label keeps a positive scale."""
    logits = np.array([3.0, 2, -2, -3] * 50)[:, None]
    (scale,), _ = fit_scales(logits, np.array([False, False, True, True] * 50), np.ones(200))
    assert scale > 0


def test_the_member_that_knows_gets_the_larger_scale() -> None:
    """One of two members only guesses."""
    random = np.random.default_rng(6)
    logits = random.normal(0, 2, (5_000, 2))
    truth = random.random(5_000) < 1 / (1 + np.exp(-logits[:, 0]))
    (knows, guesses), _ = fit_scales(logits, truth, np.ones(5_000))
    assert knows == pytest.approx(1, abs=0.1)
    assert guesses < 0.1


def test_probabilities_are_those_of_the_exact_formula() -> None:
    """Rounding to float32, as the node does, costs less than a millionth."""
    logits = np.linspace(-100, 100, 4001)
    exact = 1 / (1 + np.exp(-np.clip(logits, -700, 700)))
    assert np.abs(probability(logits) - exact).max() < 1e-6
