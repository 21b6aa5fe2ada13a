"""What this machine can do at most, measured in the same run: the limit beside which a press is put."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

# Of a square matrix: large enough for all cores, and a few milliseconds even on a small Pi.
_SIDE = 512
# More than most processors' caches hold.
_COPIED_BYTES = 32 * 2**20


class MachinePeak:
    """Tries again and again what a program can hardly do faster, and keeps the best: other work only makes it slower.

    Attributes:
        gflops: billions of float32 operations a second of a matrix product on all cores.
        gigabytes_a_second: read and written by a copy that no cache holds.
    """

    def __init__(self) -> None:
        self._matrix = np.random.default_rng(0).random((_SIDE, _SIDE), np.float32)
        self._product = np.empty_like(self._matrix)
        self._source = np.ones(_COPIED_BYTES, np.uint8)
        self._target = np.ones_like(self._source)
        self.gflops = 0.0
        self.gigabytes_a_second = 0.0

    def attempt(self) -> None:
        """Measure both once more."""
        product = _seconds(lambda: np.matmul(self._matrix, self._matrix, out=self._product))
        copy = _seconds(lambda: np.copyto(self._target, self._source))
        self.gflops = max(self.gflops, 2 * _SIDE**3 / product / 1e9)
        self.gigabytes_a_second = max(self.gigabytes_a_second, 2 * _COPIED_BYTES / copy / 1e9)


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
