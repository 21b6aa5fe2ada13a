"""Faults of a picture, made on purpose: blur, darkness, noise, compression and the like, each by one amount."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import cv2
import numpy as np

from device.observation import Detection, Image

# A camera that moves or a visitor who does; neither along rows nor along columns.
_MOTION_DEGREES = 30
# The grey of fog, and of the light that a dirty lens scatters, 0..255.
_VEIL = 153.0
# A small face, whose noise and compression are not averaged away in the network's input.
_SMALL_FACE_PIXELS = 100.0
# What a sensor adds in poor light, of 0..255.
_SENSOR_NOISE = 4.0
# The size to which a digital zoom enlarges a face.
_ZOOMED_PIXELS = 120.0

_FaceFault: TypeAlias = Callable[[Image, float, float], Image]
"""Makes a picture worse, given the size of its face, the shorter side of the box in pixels, and the amount."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault in one amount.

    Attributes:
        kind: for people.
        amount: for people, with its unit.
        apply: makes the picture worse, (H, W, 3) uint8 BGR, given its face.
        truth: which attributes a face has or lacks under it, whatever the picture showed before.
    """

    kind: str
    amount: str
    apply: Callable[[Image, Detection], Image]
    truth: Mapping[str, bool] = field(default_factory=dict)


def blur(image: Image, sigma: float) -> Image:
    """Blur with a Gaussian of a standard deviation in pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def brighten(image: Image, factor: float) -> Image:
    """Multiply the values; what becomes too bright is cut off."""
    return np.asarray(np.clip(np.rint(image * float(factor)), 0, 255), np.uint8)


def add_noise(image: Image, sigma: float) -> Image:
    """Add normal noise, the same for every picture of the same size."""
    noise = np.random.default_rng(image.size).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def compress(image: Image, quality: float) -> Image:
    """Save as JPEG and load again."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, round(quality)])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def scale(image: Image, factor: float) -> Image:
    """Scale both sides by a factor."""
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=way), np.uint8)


def _of_picture(fault: Callable[[Image, float], Image]) -> _FaceFault:
    """Make a fault of one that does not depend on the size of the face."""
    return lambda image, _, amount: fault(image, amount)


def _of_small_face(fault: Callable[[Image, float], Image]) -> _FaceFault:
    """Make a fault of one that happens after the face has become small."""
    return lambda image, size, amount: fault(scale(image, _SMALL_FACE_PIXELS / size), amount)


def _blur_face(image: Image, size: float, share: float) -> Image:
    return blur(image, share * size)


def _move_face(image: Image, size: float, share: float) -> Image:
    length = max(1, round(share * size))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    middle = (length - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), _MOTION_DEGREES, 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    moved = cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _zoom(image: Image, size: float, width: float) -> Image:
    return scale(scale(image, width / size), _ZOOMED_PIXELS / width)


def _scale_face(image: Image, size: float, width: float) -> Image:
    return scale(image, width / size)


def _underexpose(image: Image, factor: float) -> Image:
    return add_noise(brighten(image, factor), _SENSOR_NOISE)


def _bend(image: Image, exponent: float) -> Image:
    return np.asarray(np.rint(255 * (image / 255) ** exponent), np.uint8)


def _veil(image: Image, share: float) -> Image:
    return np.asarray(np.rint(image * share + _VEIL * (1 - share)), np.uint8)


# Kind, how its amount reads, how it is made, and its amounts: from one that nobody minds to one at which nobody could
# answer.
_GRADED: tuple[tuple[str, str, _FaceFault, tuple[float, ...]], ...] = (
    (
        "blur",
        "sigma {:.1%} of the face",
        _blur_face,
        (0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06),
    ),
    ("motion", "{:.0%} of the face", _move_face, (0.03, 0.06, 0.1, 0.15, 0.2)),
    ("digital zoom", "from {} px", _zoom, (60, 40, 30, 24, 20)),
    ("small face", "{} px", _scale_face, (120, 80, 64, 56, 50)),
    (
        "darkness",
        "values at {:.0%}",
        _of_picture(brighten),
        (0.5, 0.35, 0.25, 0.2, 0.15, 0.1, 0.06, 0.04),
    ),
    (
        "darkness and noise",
        "values at {:.0%}",
        _of_small_face(_underexpose),
        (0.5, 0.25, 0.15, 0.1, 0.06),
    ),
    ("overexposure", "values at {:.0%}", _of_picture(brighten), (1.5, 2, 3)),
    ("gamma", "{}", _of_picture(_bend), (0.5, 2, 3, 4)),
    ("veil", "{:.0%} of the contrast", _of_picture(_veil), (0.5, 0.3, 0.2, 0.1)),
    ("noise", "sigma {} of 255", _of_picture(add_noise), (20, 40)),
    ("noise, small face", "sigma {} of 255", _of_small_face(add_noise), (10, 20, 30, 40, 60)),
    ("JPEG", "quality {}", _of_picture(compress), (40, 20, 10, 5)),
    ("JPEG, small face", "quality {}", _of_small_face(compress), (80, 40, 20, 10, 5)),
)


def graded_faults() -> Iterator[Fault]:
    """Yield each kind of fault in each amount. Lengths are shares of the face's size: what the network sees of them."""
    for kind, reads, fault, amounts in _GRADED:
        for amount in amounts:
            yield Fault(kind, reads.format(amount), partial(_apply, fault=fault, amount=amount))


def _apply(image: Image, face: Detection, fault: _FaceFault, amount: float) -> Image:
    return fault(image, face.box.size, amount)
