"""A head turns otherwise than a picture of one."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from device.people.flatness import flatness
from device.people.identity import Flatness

# Right and left eye, nose tip, mouth, right and left ear of a head, in centimetres: right, down, away.
_HEAD = np.array(
    [[-3.2, 0, 0], [3.2, 0, 0], [0, 3.8, -2.6], [0, 6.9, -0.6], [-7.2, 1.2, 8.8], [7.2, 1.2, 8.8]]
)
_PICTURE = _HEAD * [1, 1, 0]
_DISTANCE = 70.0


def seen(points: NDArray[np.float64], degrees: float, seed: int = 0) -> NDArray[np.float32]:
    """Return where a camera sees points that have turned, with the error of a detector."""
    turn = radians(degrees)
    turned = points @ np.array([[cos(turn), 0, -sin(turn)], [0, 1, 0], [sin(turn), 0, cos(turn)]])
    projected = turned[:, :2] * (_DISTANCE / (_DISTANCE + turned[:, 2:]))
    noise = np.random.default_rng(seed).normal(0, 0.08, projected.shape)
    return np.asarray(20 * (projected + noise), np.float32)


@pytest.mark.parametrize("degrees", [15, 20, 30])
def test_a_head_that_turns_is_not_flat(degrees: float) -> None:
    """Nose and ears move against each other."""
    assert flatness([seen(_HEAD, 0), seen(_HEAD, degrees, 1)]) is Flatness.NO


@pytest.mark.parametrize("degrees", [30, 40])
def test_a_picture_that_turns_is_suspected(degrees: float) -> None:
    """It becomes narrower, and nothing else."""
    assert flatness([seen(_PICTURE, 0), seen(_PICTURE, degrees, 1)]) is Flatness.SUSPECTED


@pytest.mark.parametrize("points", [_HEAD, _PICTURE], ids=["head", "picture"])
def test_what_does_not_move_is_unknown(points: NDArray[np.float64]) -> None:
    """Nothing can be said of it."""
    assert flatness([seen(points, 0), seen(points, 1, 1)]) is Flatness.UNKNOWN


def test_one_frame_says_nothing() -> None:
    """There is no movement in it."""
    assert flatness([seen(_HEAD, 0)]) is Flatness.UNKNOWN
