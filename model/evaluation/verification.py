"""Whether two pictures show one person: the protocol of LFW (Huang et al., 2007), with every pair counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.people import Pair
from model.evaluation.embeddings import Embeddings

# Below any cosine similarity: a pair without two faces is never accepted, and never right.
_NO_FACE = -2.0
_FALSE_ACCEPTS = 1e-3


@dataclass(frozen=True, slots=True)
class Verification:
    """The figures of the pairs; none is left out.

    Attributes:
        pairs: how many.
        no_face: how many of them lack a face in one of both pictures; each counts as an error.
        accuracy: mean over the folds, each with the threshold that is best for the others.
        auc: area under the receiver operating characteristic.
        tar_at_far_1e_3: share of the pairs of one person that are accepted where a thousandth of the others is.
        threshold: at which that is.
    """

    pairs: int
    no_face: int
    accuracy: float
    auc: float
    tar_at_far_1e_3: float
    threshold: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures by their names."""
        figures = asdict(self)
        figures["tar_at_far_1e-3"] = figures.pop("tar_at_far_1e_3")
        return figures


def similarity(embeddings: Embeddings, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Return the cosine similarity of each pair, (N,) in -1..1, and -2 where there is no face."""

    def of(pair: Pair) -> float:
        left, right = embeddings.appearances[pair.left], embeddings.appearances[pair.right]
        return float(left.embedding @ right.embedding) if left and right else _NO_FACE

    return np.array([of(pair) for pair in pairs], np.float64)


def verify(scores: NDArray[np.float64], pairs: Sequence[Pair]) -> Verification:
    """Measure how well similarities tell the pairs of one person from the others.

    Args:
        scores: (N,), see similarity.
        pairs: with both kinds.
    """
    same = np.array([pair.same for pair in pairs])
    folds = np.array([pair.fold for pair in pairs])
    threshold, accepted = _at_false_accepts(scores, same)
    return Verification(
        pairs=len(pairs),
        no_face=int((scores == _NO_FACE).sum()),
        accuracy=_accuracy_over_folds(scores, same, folds),
        auc=_auc(scores[same], scores[~same]),
        tar_at_far_1e_3=accepted,
        threshold=threshold,
    )


def curve(
    scores: NDArray[np.float64], same: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the false accept rates (N,) and true accept rates (N,), as the threshold falls."""
    order = np.argsort(-scores, kind="stable")
    true, false = np.cumsum(same[order]), np.cumsum(~same[order])
    return false / max(int(false[-1]), 1), true / max(int(true[-1]), 1)


def _right(
    scores: NDArray[np.float64], same: NDArray[np.bool_], threshold: float
) -> NDArray[np.bool_]:
    return np.asarray(((scores >= threshold) == same) & (scores > _NO_FACE), np.bool_)


def _accuracy_over_folds(
    scores: NDArray[np.float64], same: NDArray[np.bool_], folds: NDArray[np.int64]
) -> float:
    shares = []
    for fold in np.unique(folds):
        inside = folds == fold
        others = ~inside if not inside.all() else inside
        best = _best_threshold(scores[others], same[others])
        shares.append(_right(scores[inside], same[inside], best).mean())
    return float(np.mean(shares))


def _best_threshold(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    candidates = np.unique(scores)
    if len(candidates) > 1:
        candidates = (candidates[1:] + candidates[:-1]) / 2
    # Right are the pairs of one person above a threshold, and the others below it.
    true, false = np.sort(scores[same]), np.sort(scores[~same])
    right = len(true) - np.searchsorted(true, candidates) + np.searchsorted(false, candidates)
    return float(candidates[int(np.argmax(right))])


def _at_false_accepts(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[float, float]:
    others = np.sort(scores[~same])[::-1]
    allowed = int(len(others) * _FALSE_ACCEPTS)
    threshold = float(others[min(allowed, len(others) - 1)])
    return threshold, float((scores[same] > threshold).mean())


def _auc(same: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Return the share of (same, other) pairs in their right order, ties counted half (Mann and Whitney, 1947)."""
    ordered = np.sort(others)
    below, up_to = np.searchsorted(ordered, same), np.searchsorted(ordered, same, side="right")
    return float((below + up_to).mean() / 2 / len(others))
