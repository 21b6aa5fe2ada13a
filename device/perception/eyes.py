"""Whether a face shows its eyes: behind sunglasses nobody can say what they look like, or how they are made up."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Image

GLASSES = "Eyeglasses"
"""The label of CelebA that sunglasses have too."""

EYE_LABELS = frozenset(
    {
        "Arched_Eyebrows",
        "Bags_Under_Eyes",
        "Bushy_Eyebrows",
        "Heavy_Makeup",
        "Narrow_Eyes",
        "Wearing_Lipstick",
    }
)
"""Those of CelebA's labels that are read from the eyes and what is around them. Lipstick is, too: most who wear it have
made-up eyes, and of the network's answers a quarter turn wrong when sunglasses are painted over them."""

# Of Eyeglasses. Dark eyes without glasses are in a shadow.
_MIN_GLASSES = 0.5
# Share of the cheeks' brightness. Of faces with painted sunglasses 98 % are darker. So are 82 in CelebA's validation
# and test parts, who all wear sunglasses; some tinted ones are brighter.
_MIN_BRIGHTNESS = 0.5

# In the recognition crop, as shares of its side: rows, then columns of the right and of the left one.
_EYES = (0.40, 0.53), ((0.27, 0.42), (0.58, 0.73))
_CHEEKS = (0.61, 0.71), ((0.21, 0.38), (0.62, 0.79))
# Percent of the eyes' pixels that are darker: lashes and pupils are dark without sunglasses too.
_EYE_PERCENTILE = 75


def are_eyes_hidden(crop: Image, glasses: float) -> bool:
    """Return whether a face wears glasses that are too dark to see its eyes.

    Args:
        crop: the recognition crop, (side, side, 3) uint8 BGR.
        glasses: the probability of Eyeglasses, 0..1.
    """
    return glasses >= _MIN_GLASSES and eye_brightness(crop) < _MIN_BRIGHTNESS


def eye_brightness(crop: Image) -> float:
    """Return how bright the eyes are, as a share of the cheeks' brightness; behind sunglasses below a half."""
    gray = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.float64)
    eyes = np.percentile(_both(gray, *_EYES), _EYE_PERCENTILE)
    return float(eyes / max(float(np.median(_both(gray, *_CHEEKS))), 1.0))


def _both(
    gray: NDArray[np.float64],
    rows: tuple[float, float],
    columns: tuple[tuple[float, float], tuple[float, float]],
) -> NDArray[np.float64]:
    side = len(gray)
    top, bottom = (round(row * side) for row in rows)
    parts = [gray[top:bottom, round(a * side) : round(b * side)].ravel() for a, b in columns]
    return np.concatenate(parts)
