"""What a training picture goes through, so that the network has seen the defects of a webcam before it runs on one."""

from __future__ import annotations

import cv2
import numpy as np

from device.observation import Image
from device.perception.alignment import OUTSIDE
from model.data.prepare import CROP_MARGIN
from model.recipes.recipe import Augmentation


def canonical(crop: Image, side: int, zoom: float = 1.0) -> Image:
    """Cut the canonical crop out of a prepared one, or its middle: (side, side, 3) uint8 BGR."""
    return _warp(crop, side, 0, zoom, 0, 0, flip=False)


def augment(
    crop: Image, side: int, how: Augmentation, random: np.random.Generator, zoom: float = 1.0
) -> Image:
    """Return a training picture, (side, side, 3) uint8 BGR, made from a prepared crop; see Recipe.zoom.

    The same crop, side, settings and generator state give the same picture.
    """
    image = _warp(
        crop,
        side,
        angle=random.uniform(-how.rotation, how.rotation),
        scale=zoom * (1 + random.uniform(-how.scale, how.scale)),
        right=random.uniform(-how.shift, how.shift),
        down=random.uniform(-how.shift, how.shift),
        flip=bool(random.integers(2)),
    )
    image = _recolor(image, how.color, random)
    image = _degrade(image, how.degrade, random)
    return _erase(image, how.erase, random)


def _warp(
    crop: Image, side: int, angle: float, scale: float, right: float, down: float, *, flip: bool
) -> Image:
    centre = crop.shape[0] / 2
    factor = scale * side * CROP_MARGIN / crop.shape[0]
    matrix = cv2.getRotationMatrix2D((centre, centre), angle, factor)
    matrix[:, 2] += side / 2 - centre + np.array([right, down]) * side
    if flip:
        matrix[0] *= -1
        matrix[0, 2] += side
    return np.asarray(
        cv2.warpAffine(
            crop,
            matrix,
            (side, side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=OUTSIDE,
        ),
        np.uint8,
    )


def _recolor(image: Image, strength: float, random: np.random.Generator) -> Image:
    brightness, contrast, saturation = 1 + random.uniform(-strength, strength, 3)
    tint = 1 + random.uniform(-strength, strength, 3) * 0.25
    pixels = image.astype(np.float32)
    grey = pixels.mean(axis=2, keepdims=True)
    pixels = grey + (pixels - grey) * saturation
    mean = float(grey.mean())
    pixels = (mean + (pixels - mean) * contrast) * brightness * tint
    return np.asarray(np.clip(pixels, 0, 255), np.uint8)


def _degrade(image: Image, probability: float, random: np.random.Generator) -> Image:
    side = image.shape[0]
    if random.random() < probability:
        small = int(side * random.uniform(0.25, 0.9))
        image = np.asarray(cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA))
        image = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR))
    if random.random() < probability / 2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 1.8)))
    if random.random() < probability / 2:
        noise = random.standard_normal(image.shape, np.float32) * random.uniform(2, 16)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if random.random() < probability / 2:
        quality = int(random.integers(20, 90))
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return image.astype(np.uint8, copy=False)


def _erase(image: Image, probability: float, random: np.random.Generator) -> Image:
    side = image.shape[0]
    if random.random() < probability:
        # A tight picture: what was cut off is grey, as the aligner leaves it.
        left, top, right, bottom = (random.uniform(0, 0.14, 4) * side).astype(int)
        tight = np.full_like(image, OUTSIDE)
        inside = slice(top, side - bottom), slice(left, side - right)
        tight[inside] = image[inside]
        image = tight
    if random.random() < probability:
        height, width = (random.uniform(0.1, 0.35, 2) * side).astype(int)
        top, left = int(random.integers(0, side - height)), int(random.integers(0, side - width))
        image[top : top + height, left : left + width] = random.integers(0, 256, 3)
    return image
