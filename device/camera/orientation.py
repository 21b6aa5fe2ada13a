"""Pictures turned and mirrored as the camera is mounted."""

from __future__ import annotations

import cv2
import numpy as np

from device.observation import Image

_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def orient(image: Image, *, rotation: int, mirror: bool) -> Image:
    """Turn a picture clockwise by 0, 90, 180 or 270 degrees, then mirror it left to right if asked.

    Args:
        image: (H, W, 3) uint8, BGR.
        rotation: degrees.
        mirror: whether to swap left and right.

    Returns:
        The same picture, contiguous: (H, W, 3), or (W, H, 3) after 90 and 270 degrees.
    """
    if rotation:
        image = np.asarray(cv2.rotate(image, _ROTATIONS[rotation]), np.uint8)
    if mirror:
        image = np.asarray(cv2.flip(image, 1), np.uint8)
    return image
