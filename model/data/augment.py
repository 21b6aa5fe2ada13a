"""What a training picture goes through, so that the network has seen the defects of a webcam before it runs on one."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from device.observation import Image
from device.perception.alignment import OUTSIDE
from model.data.draws import Draws, FloatArray, matrices, plain
from model.data.prepare import CROP_MARGIN


def canonical(crop: Image, side: int, zoom: float = 1.0) -> Image:
    """Cut the canonical crop out of a prepared one, or its middle: (side, side, 3) uint8 BGR."""
    return _warp(crop, _plain_matrix(crop.shape[0], side, zoom), side)


def augment(crop: Image, draws: Draws, row: int) -> Image:
    """Return a training picture, (side, side, 3) uint8 BGR, made from a prepared crop as one row of the draws says."""
    one = draws.row(row)
    image = _warp(crop, matrices(one, crop.shape[0], CROP_MARGIN)[0], one.side)
    return _erase(_degrade(_recolor(image, one), one), one)


@cache
def _plain_matrix(crop_side: int, side: int, zoom: float) -> FloatArray:
    return np.asarray(matrices(plain(1, side, zoom), crop_side, CROP_MARGIN)[0])


def _warp(crop: Image, matrix: FloatArray, side: int) -> Image:
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


def _recolor(image: Image, one: Draws) -> Image:
    pixels = image.astype(np.float32)
    grey = pixels.mean(axis=2, keepdims=True)
    pixels = grey + (pixels - grey) * one.saturation
    mean = float(grey.mean())
    pixels = (mean + (pixels - mean) * one.contrast) * one.brightness * one.tint
    return np.asarray(np.clip(np.rint(pixels), 0, 255), np.uint8)


def _degrade(image: Image, one: Draws) -> Image:
    side, shrunk = one.side, int(one.shrunk[0])
    if shrunk < side:
        image = np.asarray(cv2.resize(image, (shrunk, shrunk), interpolation=cv2.INTER_AREA))
        image = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR))
    if one.blur[0]:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), one.blur[0]))
    if one.noise[0]:
        random = np.random.default_rng(one.seed[0])
        noise = random.standard_normal(image.shape, np.float32) * one.noise[0]
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if one.quality[0]:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(one.quality[0])])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return image.astype(np.uint8, copy=False)


def _erase(image: Image, one: Draws) -> Image:
    left, top, right, bottom = one.border[0]
    # A tight picture: what was cut off is grey, as the aligner leaves it.
    tight = np.full_like(image, OUTSIDE)
    inside = slice(top, one.side - bottom), slice(left, one.side - right)
    tight[inside] = image[inside]
    top, left, height, width = one.hole[0]
    tight[top : top + height, left : left + width] = one.hole_color[0]
    return tight
