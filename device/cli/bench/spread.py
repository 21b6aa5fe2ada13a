"""What repeated measurements come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one figure that was measured many times.

    Attributes:
        median: the figure.
        p95: reached by one in twenty.
        least: what it comes to when nothing else runs.
        noise: the distance between the quartiles, as a share of the median: less is no difference between two runs.
    """

    median: float
    p95: float
    least: float
    noise: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of at least one value."""
        least, low, median, high, p95 = np.percentile(values, (0, 25, 50, 75, 95))
        share = (high - low) / median if median else 0.0
        return cls(*(round(float(value), 3) for value in (median, p95, least, share)))
