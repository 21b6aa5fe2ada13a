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
    soft = soft_labels(np.zeros((2000, 1)), noisy.astype(np.float32), identities)
    assert soft.dtype == np.float32
    assert ((soft > 0.5) == right).mean() > 0.95


def test_a_person_who_is_shown_once_is_left_to_the_teachers() -> None:
    """Without other pictures only the network's logits make a difference."""
    from model.training.teacher import soft_labels

    right, noisy, _ = _people()
    logits = np.where(right, 2.0, -2.0)
    soft = soft_labels(logits, noisy.astype(np.float32), np.full(2000, -1))
    assert len(np.unique(soft)) == 2
    assert ((soft > 0.5) == right).all()


def test_a_masked_label_comes_from_the_teacher_and_the_persons_other_pictures() -> None:
    """It is estimated like any other, whatever the file says, and moves no other estimate."""
    from model.training.teacher import soft_labels

    right, noisy, identities = _people()
    labels = noisy.astype(np.float32)
    masked = np.arange(2000) % 10 == 0
    labels[masked] = np.nan
    soft = soft_labels(np.zeros((2000, 1)), labels, identities)
    assert ((soft > 0.5) == right)[masked].mean() > 0.95
    everything = np.full((2000, 1), np.nan, np.float32)
    teachers = np.where(right, 2.0, -2.0)
    assert ((soft_labels(teachers, everything, identities) > 0.5) == right).all()
