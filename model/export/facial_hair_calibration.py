"""From the logits of a question's answers to calibrated probabilities, and to thresholds that keep a promise.

Both are fitted on people who were not trained on. Careful labels exist only for pictures that CelebA calls bearded, and
a node meets everybody: the probabilities are those for people of whom two in five are women, and two in three of the
men are called bearded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device.networks.facial_hair import Answer, Question
from device.networks.section import Aim, Threshold
from device.perception.analysers.facial_hair import softmax
from model.data.facial_hair import MASKED, FacialHairRows
from model.export.calibration import equal_people

PROMISED: dict[Aim, float] = {"balanced": 0.8, "precise": 0.95}
"""How many of the answers that are given are right; the aims are those of `attributes.thresholds`."""

# By how much less of the promise is kept among those alone whom CelebA calls bearded. They are hard: people who
# look with care disagree about a shadow on a chin. The same promise to them would leave shaven men untold.
_ALLOWANCE = 0.1

# Of the bearded, of shaven men and of women among those whom a node meets.
_BEARDED, _SHAVEN_MEN, _WOMEN = 0.4, 0.2, 0.4
_CANDIDATES = np.arange(0.3, 0.991, 0.01)
# A promise kept by fewer right answers than these is luck.
_FEWEST_RIGHT = 20
_STEPS, _RATE = 2000, 0.05
_SMALLEST_SCALE = 1e-3

FloatArray = NDArray[np.float64]


def fit_question(
    answers: Sequence[str],
    logits: NDArray[np.float32],
    truth: NDArray[np.int8],
    rows: FacialHairRows,
) -> Question:
    """Fit the calibration and the thresholds of a question.

    Args:
        answers: their names.
        logits: (N, answers).
        truth: (N,), the index of the true answer, or MASKED.
        rows: whose they are.
    """
    known = truth != MASKED
    rows, logits, truth = rows.chosen(known), logits[known], truth[known]
    everybody = population(rows)
    scale, biases = _fit(logits.astype(np.float64), truth.astype(int), everybody)
    probabilities = softmax((logits * scale + biases).astype(np.float32))
    careful = np.where(rows.is_careful, equal_people(rows.identities), 0.0)
    kept = {
        aim: [
            _threshold(
                answer,
                probabilities,
                truth,
                ((everybody, promise), (careful, promise - _ALLOWANCE)),
            )
            for answer in range(len(answers))
        ]
        for aim, promise in PROMISED.items()
    }
    return Question(
        scale=round(scale, 5),
        answers=tuple(
            Answer(
                name=name,
                bias=round(float(biases[i]), 5),
                balanced=kept["balanced"][i],
                precise=kept["precise"][i],
            )
            for i, name in enumerate(answers)
        ),
    )


def population(rows: FacialHairRows) -> FloatArray:
    """Return a weight for each row, 1 on average, such that the rows stand for everybody whom a node meets.

    Every person of a group has the same weight. Where a group is missing the others keep their proportions.
    """
    weights = np.zeros(len(rows))
    groups = (
        (rows.is_careful, _BEARDED),
        (~rows.is_careful & rows.is_male, _SHAVEN_MEN),
        (~rows.is_careful & ~rows.is_male, _WOMEN),
    )
    for group, share in groups:
        if group.any():
            weights[group] = equal_people(rows.identities[group]) * share / group.sum()
    return np.asarray(weights / weights.mean())


def _fit(
    logits: FloatArray, truth: NDArray[np.int_], weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return scale and biases (answers,) under which the truth is most probable, by Nesterov's gradient descent."""
    target = np.eye(logits.shape[1])[truth]
    centred = logits - logits.mean(axis=1, keepdims=True)
    unit = float(centred.std()) or 1.0
    fitted = np.array([unit, *[0.0] * logits.shape[1]])
    ahead, before = fitted, fitted
    for step in range(_STEPS):
        powers = np.exp(_shifted(centred / unit * ahead[0] + ahead[1:]))
        errors = weights[:, None] * (powers / powers.sum(axis=1, keepdims=True) - target)
        gradient = np.array([(errors * centred).sum() / unit, *errors.sum(axis=0)]) / len(truth)
        fitted = ahead - _RATE * gradient
        ahead, before = fitted + step / (step + 3) * (fitted - before), fitted
    return max(float(fitted[0]) / unit, _SMALLEST_SCALE), fitted[1:] - fitted[1:].mean()


def _shifted(logits: FloatArray) -> FloatArray:
    return np.asarray(logits - logits.max(axis=1, keepdims=True))


def _threshold(
    answer: int,
    probabilities: NDArray[np.float32],
    truth: NDArray[np.int8],
    promises: Sequence[tuple[FloatArray, float]],
) -> Threshold | None:
    """Return the lowest threshold that keeps every promise, if there is one.

    Args:
        answer: which.
        probabilities: (N, answers), calibrated.
        truth: (N,), the index of the true answer.
        promises: weights of the rows, (N,), and what is promised of them; the first ones describe the threshold.
    """
    is_best = probabilities.argmax(axis=1) == answer
    is_right = truth == answer
    for value in _CANDIDATES:
        given = is_best & (probabilities[:, answer] >= value)
        if (given & is_right).sum() < _FEWEST_RIGHT:
            return None
        kept = [(w @ (given & is_right)) / max(w @ given, 1e-9) for w, _ in promises]
        if all(share >= promise for share, (_, promise) in zip(kept, promises, strict=True)):
            weights = promises[0][0]
            recall = (weights @ (given & is_right)) / (weights @ is_right)
            return Threshold(
                value=round(float(value), 2),
                precision=round(float(kept[0]), 4),
                recall=round(float(recall), 4),
            )
    return None
