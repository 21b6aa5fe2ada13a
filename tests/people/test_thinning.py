"""Which references of a person are kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from device.people.thinning import most_diverse
from tests.people.references import embeddings


def _random(count: int, seed: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    return embeddings(count, seed), np.random.default_rng(seed).random(count).round(1)


def _highest_likeness(vectors: npt.NDArray[np.float32]) -> float:
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    return float(alike.max())


def test_of_two_that_are_alike_the_worse_goes() -> None:
    """Whichever was there first."""
    vectors = embeddings(4)
    vectors[2] = vectors[0]
    assert most_diverse(vectors, np.array([0.9, 0.5, 0.8, 0.1]), 3).tolist() == [0, 1, 3]
    assert most_diverse(vectors, np.array([0.7, 0.5, 0.8, 0.1]), 3).tolist() == [1, 2, 3]


def test_a_hundred_pictures_of_one_moment_do_not_push_the_others_out() -> None:
    """A burst while standing still is one reference, not twenty."""
    moment = embeddings(1, 7) + 0.01 * embeddings(100, 8)
    vectors = np.concatenate([embeddings(5), moment])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    # They are even of the better quality.
    qualities = np.array([0.3] * 5 + [0.9] * 100)
    kept = most_diverse(vectors, qualities, 6).tolist()
    assert kept[:5] == [0, 1, 2, 3, 4]
    assert len(kept) == 6


@given(st.integers(0, 30), st.integers(1, 25), st.integers(0, 10_000))
def test_what_is_kept_fits_and_is_as_diverse_as_before(count: int, limit: int, seed: int) -> None:
    """Nothing goes that need not, and no two of the rest are more alike than any two were."""
    vectors, qualities = _random(count, seed)
    kept = most_diverse(vectors, qualities, limit)
    assert len(kept) == min(count, limit)
    assert kept.tolist() == sorted(set(kept.tolist()))
    if 1 < len(kept) < count:
        assert _highest_likeness(vectors[kept]) < _highest_likeness(vectors)


@given(st.integers(2, 30), st.integers(1, 25), st.integers(0, 10_000))
def test_the_order_does_not_matter(count: int, limit: int, seed: int) -> None:
    """Two nodes with the same references keep the same ones."""
    vectors, qualities = _random(count, seed)
    shuffled = np.random.default_rng(seed + 1).permutation(count)
    kept = most_diverse(vectors, qualities, limit)
    kept_shuffled = most_diverse(vectors[shuffled], qualities[shuffled], limit)
    assert sorted(shuffled[kept_shuffled].tolist()) == kept.tolist()
