"""What of a picture leaves the node. Pure: a picture and a mode in, a JPEG out."""

from __future__ import annotations

import cv2
import numpy as np

from device.config.sections.privacy import PictureMode
from device.observation import Box, Image

# Pixels of the longer side: enough for a dashboard, and small for a broker.
_LONGEST = 960
# Pixels of the longer side that are left of a blurred picture. A face that fills it has then fewer than anybody, man
# or machine, needs to know it again. All of the picture is blurred: a face that the detector misses would stay sharp.
_BLURRED = 20
# Of the face's box, on each side: hair and hat belong to what is judged.
_MARGIN = 0.4
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]


def render(image: Image, face: Box | None, mode: PictureMode) -> bytes | None:
    """Return what a mode lets leave the node.

    Args:
        image: (H, W, 3) uint8, BGR.
        face: the primary one, in pixels of image; None when none was judged.
        mode: "off" and, without a face, "crop" let nothing leave.

    Returns:
        a JPEG; None when nothing may leave.
    """
    match mode:
        case "full":
            return encode(image)
        case "blurred":
            small = _fit(image, _BLURRED, cv2.INTER_AREA)
            size = image.shape[1], image.shape[0]
            return encode(_as_image(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)))
        case "crop" if face is not None:
            return encode(_cut(image, face))
        case _:
            return None


def _cut(image: Image, face: Box) -> Image:
    height, width = image.shape[:2]
    x, y = face.width * _MARGIN, face.height * _MARGIN
    left, right = max(int(face.x - x), 0), min(int(face.x + face.width + x), width)
    top, bottom = max(int(face.y - y), 0), min(int(face.y + face.height + y), height)
    return image[top:bottom, left:right]


def _fit(image: Image, longest: int, interpolation: int) -> Image:
    scale = longest / max(image.shape[:2])
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return _as_image(cv2.resize(image, size, interpolation=interpolation))


def encode(image: Image, longest: int = _LONGEST) -> bytes:
    """Return a picture as a JPEG, its longer side at most so many pixels."""
    if max(image.shape[:2]) > longest:
        image = _fit(image, longest, cv2.INTER_AREA)
    return cv2.imencode(".jpg", image, _QUALITY)[1].tobytes()


def _as_image(array: cv2.typing.MatLike) -> Image:
    return np.asarray(array, np.uint8)
