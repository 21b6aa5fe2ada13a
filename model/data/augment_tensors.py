"""The pictures of augment.py, made by a GPU: a batch of crops at a time, from the same draws.

Pixels differ by a few gray levels, since the arithmetic is not rounded between the steps; noise differs altogether.
Shrinking, enlarging and blurring are linear, and do the same to rows as to columns: a matrix on either side of a
picture does all three. JPEG is done as libjpeg does it: half as many rows and columns of color, blocks of 8 by 8
pixels, and the tables of the standard (ITU-T T.81, annex K).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from device.perception.alignment import OUTSIDE
from model.data.draws import Draws, FloatArray, matrices
from model.data.prepare import CROP_MARGIN

_GREY = float(OUTSIDE[0])
# cv2.GaussianBlur's kernel for eight bits ends there.
_BLUR_SIGMAS = 3
_BLOCK = 8
# Luminance and color (T.81, tables K.1 and K.2), by rows.
_LIGHT = """
16 11 10 16 24 40 51 61  12 12 14 19 26 58 60 55  14 13 16 24 40 57 69 56  14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77  24 35 55 64 81 104 113 92  49 64 78 87 103 121 120 101  72 92 95 98 112 100 103 99
"""
_COLOR = (
    "17 18 24 47 99 99 99 99  18 21 26 66 99 99 99 99  24 26 56 99 99 99 99 99  47 66" + 38 * " 99"
)
_TABLES = np.array([_LIGHT.split(), _COLOR.split()], np.int64).reshape(2, _BLOCK, _BLOCK)
# RGB to luminance, blue and red difference (JFIF 1.02).
_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def warp_tensors(crops: Tensor, draws: Draws) -> Tensor:
    """Cut pictures out of crops: (N, S, S, 3) uint8 BGR on any device to (N, 3, side, side) float32 RGB, 0..255."""
    count, crop_side = crops.shape[:2]
    images = crops.flip(3).permute(0, 3, 1, 2).float() - _GREY
    forward = matrices(draws, crop_side, CROP_MARGIN)
    square = np.concatenate([forward, np.tile([[[0.0, 0.0, 1.0]]], (count, 1, 1))], axis=1)
    back = _tensor(np.linalg.inv(square)[:, :2], crops)
    ticks = torch.arange(draws.side, device=crops.device, dtype=torch.float32)
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    pixels = torch.stack([x, y, torch.ones_like(x)], dim=-1)
    places = pixels.reshape(1, -1, 3) @ back.transpose(1, 2)
    # grid_sample's -1..1 are the centers of the first and the last pixel.
    grid = (places * (2 / (crop_side - 1)) - 1).reshape(count, draws.side, draws.side, 2)
    return grid_sample(images, grid, padding_mode="zeros", align_corners=True) + _GREY


def augment_tensors(crops: Tensor, draws: Draws, noise: torch.Generator) -> Tensor:
    """Make training pictures of crops: (N, S, S, 3) uint8 BGR on any device to (N, 3, side, side) float32 RGB, 0..255.

    Args:
        crops: as prepared.
        draws: one row for each crop.
        noise: draws the noise, on the device of the crops.
    """
    images = _recolor(warp_tensors(crops, draws), draws)
    images = _smooth(images, draws)
    images = _noisy(images, draws, noise)
    return _erase(_compressed(images, draws), draws)


def _tensor(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]], like: Tensor) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(like.device)


def _each(values: FloatArray, like: Tensor) -> Tensor:
    """Return one value per picture, (N, 1, 1, 1)."""
    return _tensor(values, like).reshape(-1, 1, 1, 1)


def _recolor(images: Tensor, draws: Draws) -> Tensor:
    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * _each(draws.saturation, images)
    mean = grey.mean((2, 3), keepdim=True)
    tint = _tensor(draws.tint[:, ::-1], images).reshape(-1, 3, 1, 1)
    images = mean + (images - mean) * _each(draws.contrast, images)
    return (images * _each(draws.brightness, images) * tint).clamp(0, 255)


def _smooth(images: Tensor, draws: Draws) -> Tensor:
    rows = np.flatnonzero((draws.shrunk < draws.side) | (draws.blur > 0))
    if not rows.size:
        return images
    weights = [
        _blurring(draws.side, float(draws.blur[row]))
        @ _shrinking(draws.side, int(draws.shrunk[row]))
        for row in rows
    ]
    matrix = _tensor(np.stack(weights), images)[:, None]
    places = torch.from_numpy(rows).to(images.device)
    return images.index_copy(0, places, matrix @ images[places] @ matrix.transpose(2, 3))


@cache
def _shrinking(side: int, small: int) -> FloatArray:
    """Return what shrinking to the mean of the pixels that fall on one, and enlarging linearly, does to a line."""
    if small == side:
        return np.eye(side)
    edges = np.arange(small + 1) * side / small
    pixels = np.arange(side)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shrink = overlap.clip(min=0) * small / side
    at = ((pixels + 0.5) * small / side - 0.5).clip(0, small - 1)
    enlarge = (1 - np.abs(at[:, None] - np.arange(small))).clip(min=0)
    return np.asarray(enlarge @ shrink)


def _blurring(side: int, sigma: float) -> FloatArray:
    """Return what a Gaussian does to a line that is mirrored at both ends."""
    if not sigma:
        return np.eye(side)
    reach = round(sigma * _BLUR_SIGMAS * 2 + 1) // 2
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-(offsets**2) / (2 * sigma**2))
    columns = np.abs(np.arange(side)[:, None] + offsets)
    columns = (side - 1) - np.abs((side - 1) - columns)
    weights = np.zeros((side, side))
    np.add.at(weights, (np.arange(side)[:, None], columns), kernel / kernel.sum())
    return weights


def _noisy(images: Tensor, draws: Draws, noise: torch.Generator) -> Tensor:
    if not draws.noise.any():
        return images
    drawn = torch.randn(images.shape, generator=noise, device=images.device)
    return (images + drawn * _each(draws.noise, images)).clamp(0, 255)


def _compressed(images: Tensor, draws: Draws) -> Tensor:
    rows = np.flatnonzero(draws.quality)
    if not rows.size:
        return images
    places = torch.from_numpy(rows).to(images.device)
    return images.index_copy(0, places, _jpeg(images[places], draws.quality[rows]))


def _jpeg(images: Tensor, quality: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Tensor:
    """Lose what JPEG of a quality loses: (N, 3, S, S) float32 RGB, 0..255; S is a multiple of 16."""
    # libjpeg's scale of the tables.
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)  # noqa: PLR2004 - libjpeg's
    tables = _tensor(((_TABLES * percent[:, None, None, None] + 50) // 100).clip(1, 255), images)
    matrix = torch.tensor(_YCC, device=images.device)
    levels = torch.einsum("kc,nchw->nkhw", matrix, images.round())
    light = _quantised(levels[:, :1] - 128, tables[:, :1]) + 128
    color = interpolate(levels[:, 1:], scale_factor=0.5, mode="area")
    color = interpolate(_quantised(color, tables[:, 1:]), scale_factor=2.0, mode="bilinear")
    back = torch.linalg.inv(matrix)
    return torch.einsum("kc,nchw->nkhw", back, torch.cat([light, color], 1)).clamp(0, 255)


def _quantised(planes: Tensor, tables: Tensor) -> Tensor:
    """Round the frequencies of blocks, (N, C, H, W), to multiples of what the tables, (N, 1, 8, 8), say."""
    count, channels, height, width = planes.shape
    frequencies = torch.arange(_BLOCK, device=planes.device, dtype=torch.float32)
    waves = torch.cos(math.pi / _BLOCK * frequencies[:, None] * (frequencies + 0.5)) / 2
    waves[0] /= math.sqrt(2)
    blocks = planes.reshape(count, channels, height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    blocks = blocks.permute(0, 1, 2, 4, 3, 5)
    steps = tables[:, :, None, None]
    rounded = ((waves @ blocks @ waves.T) / steps).round() * steps
    return (waves.T @ rounded @ waves).permute(0, 1, 2, 4, 3, 5).reshape(planes.shape)


def _erase(images: Tensor, draws: Draws) -> Tensor:
    ticks = torch.arange(draws.side, device=images.device)
    left, top, right, bottom = _tensor(draws.border, images).T[:, :, None]
    shown_x = (ticks >= left) & (ticks < draws.side - right)
    shown_y = (ticks >= top) & (ticks < draws.side - bottom)
    shown = shown_y[:, None, :, None] & shown_x[:, None, None, :]
    images = torch.where(shown, images, torch.full_like(images, _GREY))
    top, left, height, width = _tensor(draws.hole, images).T[:, :, None]
    hole_x = (ticks >= left) & (ticks < left + width)
    hole_y = (ticks >= top) & (ticks < top + height)
    hole = hole_y[:, None, :, None] & hole_x[:, None, None, :]
    color = _tensor(draws.hole_color[:, ::-1], images).reshape(-1, 3, 1, 1)
    return torch.where(hole, color, images)
