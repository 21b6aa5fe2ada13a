"""Whether a face shows what it is recognised by; where it does not, nobody is called a stranger."""

from __future__ import annotations

from collections.abc import Mapping

from device.networks.recognition_card import Visible
from device.observation import Image, Keypoints
from device.people.identity import Recognition
from device.perception.arithmetic import in_plane
from device.perception.eyes import eye_brightness


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


PROFILE = 0.7
"""With the nose this far from the middle of the eyes, see turn(), a face is in profile."""


def turn(keypoints: Keypoints) -> float:
    """Return how far the nose is from the middle of the eyes along their line, in distances between the eyes."""
    right, left, nose = in_plane(keypoints[:3].tolist())
    between = left - right
    along = (nose - (left + right) / 2) * between.conjugate()
    return abs(along.real) / max(abs(between) ** 2, 1e-9)
