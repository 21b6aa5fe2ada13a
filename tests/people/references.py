"""References as a network would make them, from a seed."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from device.people.person import NewReference

EMBEDDER = "ab" * 32
OTHER_EMBEDDER = "cd" * 32
THEN = datetime(2026, 11, 24, 18, 2, 11, tzinfo=UTC)


def embeddings(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return (count, 192) float32, unit vectors in random directions."""
    vectors = np.random.default_rng(seed).normal(size=(count, 192))
    unit: npt.NDArray[np.float32] = (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ).astype(np.float32)
    return unit


def new_references(count: int, seed: int = 0) -> list[NewReference]:
    """Return references of somebody; of somebody else with another seed."""
    return [NewReference(vector, 0.5) for vector in embeddings(count, seed)]
