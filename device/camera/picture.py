"""Read one picture file: whatever its size, within bounded memory, or say clearly why not."""

from __future__ import annotations

import io
import stat
import warnings
from pathlib import Path

import cv2
import numpy as np

from device.camera.address import PICTURES
from device.camera.source import unreadable
from device.errors import CameraNotFoundError, UnreadablePictureError
from device.observation import Image

MEGABYTE = 2**20
MEGAPIXEL = 1_000_000

MAX_FILE_BYTES = 64 * MEGABYTE
MIN_SIDE = 32
"""Pixels. Less cannot show a face; the file is rather not what it should be."""

MAX_SHRINKING_PIXELS = 100 * MEGAPIXEL
"""For baseline JPEG: it shrinks while it is decoded, so memory follows the size after shrinking."""

MAX_WHOLE_PIXELS = 32 * MEGAPIXEL
"""For all others: they are decoded whole, at 3 bytes a pixel, before they are shrunk."""

KEPT_PIXELS = 12.5 * MEGAPIXEL
"""A picture with more is halved until it has no more, and takes at most 37 MB in memory."""

_REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
# Phones write a second picture behind the first; the first is an ordinary JPEG.
_SHRINKING_FORMATS = ("JPEG", "MPO")


def read_picture(path: Path) -> Image:
    """Decode a picture, turned as its EXIF says, shrunk if it has more than KEPT_PIXELS.

    Args:
        path: of a JPEG, PNG, WebP or BMP file.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        CameraError: it is missing, unreadable, too large, too small, damaged, or not a picture.
    """
    return decode_picture(str(path), _read_bounded(path))


def decode_picture(name: str, data: bytes) -> Image:
    """Decode a picture that somebody sent; see read_picture.

    Args:
        name: of the picture, for the error.
        data: a JPEG, PNG, WebP or BMP file.

    Raises:
        UnreadablePictureError: it is too large, too small, damaged, or not a picture.
    """
    width, height, shrinks = read_header(name, data)
    pixels = width * height
    if min(width, height) < MIN_SIDE:
        message = (
            f"{name} has {width}x{height} pixels; a picture needs at least {MIN_SIDE}x{MIN_SIDE}."
        )
        raise UnreadablePictureError(message)
    limit = MAX_SHRINKING_PIXELS if shrinks else MAX_WHOLE_PIXELS
    if pixels > limit:
        remedy = (
            "Make it smaller." if shrinks else "Make it smaller, or save it as a baseline JPEG."
        )
        message = (
            f"{name} has {width}x{height} pixels, that is {pixels / MEGAPIXEL:.0f} megapixels; "
            f"allowed for a file of this kind: {limit // MEGAPIXEL}. {remedy}"
        )
        raise UnreadablePictureError(message)
    image = decode(data, _REDUCED[reduction(width, height)])
    if image is None:
        message = (
            f"{name} is damaged or not complete: its header promises {width}x{height} pixels. "
            f"Copy it again."
        )
        raise UnreadablePictureError(message)
    return image


def reduction(width: int, height: int) -> int:
    """Return by what to divide a picture's sides to keep at most KEPT_PIXELS: 1, 2, 4 or 8."""
    return next((d for d in (1, 2, 4) if (width // d) * (height // d) <= KEPT_PIXELS), 8)


def _read_bounded(path: Path) -> bytes:
    try:
        found = path.stat()
        # A named pipe would block for ever, and a folder or device is not a picture.
        if not stat.S_ISREG(found.st_mode):
            message = (
                f"{path} is not a regular file; a picture file is needed ({', '.join(PICTURES)})."
            )
            raise UnreadablePictureError(message)
        if found.st_size > MAX_FILE_BYTES:
            message = (
                f"{path} has {found.st_size / MEGABYTE:.0f} MB; "
                f"allowed: {MAX_FILE_BYTES // MEGABYTE} MB. Make the picture smaller."
            )
            raise UnreadablePictureError(message)
        with path.open("rb") as file:
            # The file may have grown since.
            return file.read(MAX_FILE_BYTES)
    except FileNotFoundError as error:
        message = f"there is no file {path}. Put the picture there, or correct the path."
        raise CameraNotFoundError(message) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}. Check its permissions and the disk."
        raise unreadable(message, error) from error


def read_header(name: str, data: bytes) -> tuple[int, int, bool]:
    """Return width and height in pixels, and whether the picture shrinks while it is decoded.

    Args:
        name: of the picture, for the error.
        data: an encoded picture.

    Raises:
        UnreadablePictureError: it is none, or its header is damaged.
    """
    # Not before there is a picture: a node with a USB camera does without Pillow.
    from PIL import Image as Header
    from PIL import UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns about large pictures; this module sets its own limits.
            warnings.simplefilter("ignore", Header.DecompressionBombWarning)
            with Header.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "BMP")) as header:
                shrinks = header.format in _SHRINKING_FORMATS and not header.info.get("progressive")
                return header.width, header.height, shrinks
    except Header.DecompressionBombError as error:
        limit = MAX_SHRINKING_PIXELS // MEGAPIXEL
        message = (
            f"{name} has far more than the {limit} megapixels that are allowed. Make it smaller."
        )
        raise UnreadablePictureError(message) from error
    # Pillow's readers raise these on damaged headers, in addition to its own error.
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        OverflowError,
    ) as error:
        kinds = "JPEG, PNG, WebP or BMP"
        message = f"{name} is not a {kinds} picture, whatever its name says, or it is damaged. Replace it."
        raise UnreadablePictureError(message) from error


def decode(data: bytes, flag: int) -> Image | None:
    """Decode a whole picture; None when it is damaged or ends early.

    Unlike OpenCV's imread it takes no path, at which that crashes where it is not UTF-8.

    Args:
        data: an encoded picture.
        flag: one of cv2.IMREAD_...

    Returns:
        (H, W, 3) uint8, BGR, contiguous.
    """
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
    return None if image is None else np.ascontiguousarray(image, np.uint8)
