"""Soft labels know more than a single noisy label. Needs the extra `train`."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]


def _people() -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    np.ndarray[tuple[int, ...], np.dtype[np.int64]],
]:
    """Return what is true of 200 people in ten pictures each, with a fifth of the labels wrong, and who they are."""
    random = np.random.default_rng(3)
    identities = np.repeat(np.arange(200), 10)
    right = (random.random(200) < 0.5)[identities][:, None]
    return right, right ^ (random.random((2000, 1)) < 0.2), identities


def test_a_wrong_label_is_outvoted_by_the_persons_other_pictures() -> None:
    """Teachers that know nothing, and a fifth of the labels wrong: nearly all are corrected."""
    from model.training.teacher import soft_labels

    right, noisy, identities = _people()
    soft = soft_labels(np.zeros((2000, 1)), noisy, identities)
    assert soft.dtype == np.float32
    assert ((soft > 0.5) == right).mean() > 0.95


def test_a_person_who_is_shown_once_is_left_to_the_teachers() -> None:
    """Without other pictures only the network's logits make a difference."""
    from model.training.teacher import soft_labels

    right, noisy, _ = _people()
    logits = np.where(right, 2.0, -2.0)
    soft = soft_labels(logits, noisy, np.full(2000, -1))
    assert len(np.unique(soft)) == 2
    assert ((soft > 0.5) == right).all()
