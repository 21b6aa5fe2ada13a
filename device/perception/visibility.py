"""Whether a face shows what it is recognised by; where it does not, nobody is called a stranger."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from device.networks.recognition_card import Visible
from device.observation import Image, Keypoints
from device.people.identity import Recognition

# In the recognition crop, as shares of its side: rows, then columns of the right and of the left one.
_EYES = (0.40, 0.53), ((0.27, 0.42), (0.58, 0.73))
_CHEEKS = (0.61, 0.71), ((0.21, 0.38), (0.62, 0.79))
# Percent of the eyes' pixels that are darker: lashes and pupils are dark without sunglasses too.
_EYE_PERCENTILE = 75


def hidden(
    crop: Image,
    keypoints: Keypoints,
    length: float,
    attributes: Mapping[str, float],
    visible: Visible,
    *,
    is_mouth_hidden: bool,
) -> Recognition | None:
    """Return why a face cannot be compared, or None if it can.

    Args:
        crop: the recognition crop, (side, side, 3) uint8 BGR.
        keypoints: of the detection.
        length: see embedder.Embedded.
        attributes: the probabilities of the attributes that are known, by name, 0..1.
        visible: the limits.
        is_mouth_hidden: see AlignedFace.
    """
    if turn(keypoints) > visible.max_turn:
        return Recognition.TURNED_AWAY
    may_cover = any(attributes.get(name, 0) >= visible.min_covering for name in visible.covering)
    if may_cover and eye_brightness(crop) < visible.min_eye_brightness:
        return Recognition.COVERED
    return Recognition.COVERED if is_mouth_hidden or length < visible.min_length else None


def turn(keypoints: Keypoints) -> float:
    """Return how far the nose is from the middle of the eyes along their line, in distances between the eyes."""
    right, left, nose = keypoints[:3].astype(np.float64)
    between = left - right
    along = float(np.dot(nose - (left + right) / 2, between))
    return abs(along) / max(float(np.dot(between, between)), 1e-9)


def eye_brightness(crop: Image) -> float:
    """Return how bright the eyes are, as a share of the cheeks' brightness; behind sunglasses below a half."""
    gray = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.float64)
    eyes = np.percentile(_both(gray, *_EYES), _EYE_PERCENTILE)
    return float(eyes / max(float(np.median(_both(gray, *_CHEEKS))), 1.0))


def _both(
    gray: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    rows: tuple[float, float],
    columns: tuple[tuple[float, float], tuple[float, float]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    side = len(gray)
    top, bottom = (round(row * side) for row in rows)
    parts = [gray[top:bottom, round(a * side) : round(b * side)].ravel() for a, b in columns]
    return np.concatenate(parts)
