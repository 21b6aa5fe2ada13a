"""A regression that chooses one of several answers, for heads over features that a network has learned already."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy

_STEPS = 60


def fit_answers(
    features: NDArray[np.float32],
    truth: NDArray[np.int64],
    weights: NDArray[np.float32],
    answers: int,
    strength: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights (answers, F) and bias (answers,) of the multinomial logistic regression of truth on features.

    Args:
        features: (N, F).
        truth: (N,), the index of the true answer.
        weights: (N,), of the rows.
        answers: how many there are.
        strength: of the pull of all weights towards zero, for features brought to a variance of 1 / F.
    """
    mean = features.mean(axis=0)
    spread = (features.std(axis=0) + 1e-3) * np.float32(np.sqrt(features.shape[1]))
    scaled = torch.from_numpy(np.ascontiguousarray((features - mean) / spread))
    target, share = torch.from_numpy(truth), torch.from_numpy(weights)
    slope = torch.zeros(answers, features.shape[1], requires_grad=True)
    shift = torch.zeros(answers, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [slope, shift], max_iter=_STEPS, line_search_fn="strong_wolfe", history_size=10
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        errors = cross_entropy(scaled @ slope.T + shift, target, reduction="none")
        total = (errors * share).sum() + strength / 2 * slope.square().sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch's
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]  # torch's
    fitted = slope.detach().numpy() / spread
    return fitted, shift.detach().numpy() - fitted @ mean
