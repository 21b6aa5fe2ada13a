"""Which references of one person can go when there are more than are kept: those that say what another one says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST_REFERENCES = 20
"""Of one person. Beyond it another picture rarely shows anything new, and one that is wrong is harder to notice; fifty
people with as many are the thousand references that are compared with a face in less than a millisecond."""


def most_diverse(
    embeddings: npt.NDArray[np.float32],
    qualities: npt.NDArray[np.float64],
    limit: int = MOST_REFERENCES,
) -> npt.NDArray[np.int64]:
    """Return which references of a person to keep.

    As long as there are too many, the two that are most alike are found, and of them the one of lower quality goes.
    The result does not depend on the order in which the references are given.

    Args:
        embeddings: (R, 192) float32, unit vectors.
        qualities: (R,) float64, 0..1.
        limit: the most to keep, above zero.

    Returns:
        (K,) int64, the indices of those to keep, ascending; K is at most limit.
    """
    # Sorted by what they are: then equal sets are also added up in the same order, to the last bit.
    order = sorted(
        range(len(embeddings)), key=lambda row: (qualities[row], embeddings[row].tobytes())
    )
    ordered = embeddings[order].astype(np.float64)
    alike = np.where(np.tri(len(order), k=-1, dtype=np.bool_), ordered @ ordered.T, -np.inf)
    kept = np.ones(len(order), np.bool_)
    for _ in range(len(order) - limit):
        # The lower quality comes first, and with it the column.
        _row, worse = np.unravel_index(np.argmax(alike), alike.shape)
        kept[worse] = False
        alike[worse, :] = alike[:, worse] = -np.inf
    return np.sort(np.array(order, np.int64)[kept])
