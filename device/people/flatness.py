"""Whether a face moves like a flat picture of one: pure geometry, and a hint, never proof of a living face."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from device.people.identity import Flatness

# Points of a turned picture follow one affine map (Koenderink and van Doorn, "Affine structure from motion", 1991); a
# nose stands out and ears lie back, so that those of a turned head do not. An affine map, not a homography: of six
# points the latter leaves so little over that a head turned by 15 degrees passes for flat.
# In distances between the eyes. The detector takes a turned picture for a turned head, a little: of 36 photographs that
# were turned by up to 35 degrees, it leaves 0.13 at most. A head that turns by 15 degrees leaves 0.18.
_HEAD_RESIDUAL = 0.15
_FLAT_RESIDUAL = 0.09
# A picture has turned when one direction is shortened by this much against the other: about 30 degrees. Nothing can be
# said of a face that has not moved.
_TURNED = 1.07


def flatness(keypoints: Sequence[NDArray[np.float32]]) -> Flatness:
    """Decide from the keypoints of one face in each frame of a burst, (6, 2) float32 in pixels each.

    Returns:
        NO when nose and ears move as those of a head, SUSPECTED when the face turned and they did not, UNKNOWN when
        it did not turn.
    """
    pairs = [_moved(first, second) for first, second in combinations(keypoints, 2)]
    if any(residual >= _HEAD_RESIDUAL for residual, _ in pairs):
        return Flatness.NO
    turned = [residual for residual, stretch in pairs if stretch >= _TURNED]
    if turned and max(turned) <= _FLAT_RESIDUAL:
        return Flatness.SUSPECTED
    return Flatness.UNKNOWN


def _moved(first: NDArray[np.float32], second: NDArray[np.float32]) -> tuple[float, float]:
    """Return what an affine map leaves over, in distances between the eyes, and how unevenly it stretches."""
    source = np.column_stack([first.astype(np.float64), np.ones(len(first))])
    target = second.astype(np.float64)
    solution = np.asarray(np.linalg.lstsq(source, target, rcond=None)[0], np.float64)
    left_over = source @ solution - target
    eyes = max(float(np.hypot(*(target[1] - target[0]))), 1e-9)
    residual = float(np.sqrt(np.square(left_over).sum(axis=1).mean())) / eyes
    singular = np.linalg.svd(solution[:2], compute_uv=False)
    return residual, float(singular[0] / max(float(singular[1]), 1e-9))
