"""One BlazeFace network: a picture in, boxes with keypoints out.

The networks are MediaPipe's (Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
2019). Anchors, decoding and the weighted suppression follow the description in MediaPipe's face_detection graphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import gcd

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Box, Detection, Image
from device.perception.arithmetic import sigmoid
from device.perception.overlap import SAME_FACE_IOU, iou
from device.perception.runtime import Network

FloatArray = NDArray[np.float32]

FULL_RANGE_GRIDS = ((4, 1),)
"""Side of a cell in pixels and anchors in each, of the network that sees far faces."""
SHORT_RANGE_GRIDS = ((8, 2), (16, 6))
"""The same of the network that sees near faces."""

_KEYPOINTS = 6
_COORDINATES = 4 + 2 * _KEYPOINTS
# Rows of a shrunk image that are made at a time: all of a photograph in floats would fill a small Pi's memory, and any
# processor's cache.
_ROWS = 16
# Rows of an image that may be averaged together: at 640x480 these are ten, of which three remain.
_MOST_ROWS = 32


@dataclass(frozen=True, slots=True)
class Finds:
    """What a network found, before it is known which finds are the same face.

    Attributes:
        points: (N, 16) float32: left, top, right, bottom, then six keypoints (x, y), in pixels.
        scores: (N,) float32, 0..1.
    """

    points: FloatArray
    scores: FloatArray

    @property
    def sizes(self) -> FloatArray:
        """The shorter side of each box, (N,) in pixels."""
        return np.asarray(np.min(self.points[:, 2:4] - self.points[:, :2], axis=1), np.float32)

    def where(self, keep: NDArray[np.bool_]) -> Finds:
        """Return some of the finds, by a mask (N,)."""
        return Finds(self.points[keep], self.scores[keep])

    def placed(self, factor: float, offset: tuple[float, float]) -> Finds:
        """Return the finds in the pixels of another picture: each (x, y) times the factor, plus the offset."""
        points = self.points * factor + np.tile(offset, _COORDINATES // 2)
        return Finds(points.astype(np.float32), self.scores)

    def and_also(self, others: Finds) -> Finds:
        """Return these finds and others."""
        return Finds(
            np.concatenate([self.points, others.points]),
            np.concatenate([self.scores, others.scores]),
        )

    def faces(self) -> list[Detection]:
        """Merge overlapping finds into one face each: their mean, weighted by their scores; the best score first."""
        faces: list[Detection] = []
        order = np.argsort(-self.scores, kind="stable")
        while order.size:
            overlap = iou(self.points[order[0], :4], self.points[order, :4]) > SAME_FACE_IOU
            overlap[0] = True  # a box without area overlaps nothing, not even itself
            same, order = order[overlap], order[~overlap]
            mean = self.scores[same] @ self.points[same] / self.scores[same].sum()
            left, top, right, bottom = (float(v) for v in mean[:4])
            faces.append(
                Detection(
                    Box(left, top, right - left, bottom - top),
                    np.asarray(mean[4:].reshape(_KEYPOINTS, 2), np.float32),
                    float(self.scores[same[0]]),
                )
            )
        return faces


class BlazeFace:
    """A network with the anchors that it was trained with.

    Args:
        network: of BlazeFace, with a square input.
        grids: FULL_RANGE_GRIDS or SHORT_RANGE_GRIDS.
        scale: how much of the input's side the picture's longer side takes; the rest is margin.
    """

    def __init__(
        self, network: Network, grids: Sequence[tuple[int, int]], scale: float = 1.0
    ) -> None:
        self._network = network
        self._anchors = _anchors(grids, self.side)
        self._scale = scale

    @property
    def side(self) -> int:
        """Of the network's input, in pixels."""
        return self._network.input_shape[1]

    def find(self, image: Image | FloatArray, min_score: float) -> Finds:
        """Return what the network finds in image, (H, W, 3) uint8 or float32 of 0..255, BGR, in its pixels.

        Args:
            image: is fitted into the network's input, whatever its size.
            min_score: of a find, 0..1.
        """
        values, factor, offset = _letterbox(image, self.side, self._scale)
        first, second = self._network(values)
        raw, logits = (first, second) if first.shape[-1] == _COORDINATES else (second, first)
        scores = sigmoid(logits[0, :, 0])
        keep = scores >= min_score
        points = _decode(raw[0][keep], self._anchors[keep])
        points = (points - np.tile(offset, _COORDINATES // 2)) / factor
        return Finds(points.astype(np.float32), scores[keep])


def shrink(image: Image, divisor: int) -> FloatArray:
    """Return the image with its sides divided by a whole number, (H // divisor, W // divisor, 3) float32."""
    height, width = (max(1, length // divisor) for length in image.shape[:2])
    shrunk = np.empty((height, width, 3), np.float32)
    for top in range(0, height, _ROWS):
        rows = shrunk[top : top + _ROWS]
        part = image[top * divisor : (top + len(rows)) * divisor, : width * divisor]
        rows[:] = _resized(part, (width, len(rows)))
    return shrunk


def _resized(image: Image | FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return the image in another size (width, height), as (height, width, 3) float32."""
    # INTER_AREA averages: a far face must not be lost between the sampled pixels. In floats, because the bytes of means
    # at a half depend on the processor.
    values = _with_fewer_rows(np.asarray(image, np.float32), size[1])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def _with_fewer_rows(values: FloatArray, height: int) -> FloatArray:
    """Average rows, if a few of them become whole ones at a time; OpenCV would do it, but pixel by pixel."""
    blocks = gcd(len(values), height)
    rows, fewer = len(values) // blocks, height // blocks
    if not fewer < rows <= _MOST_ROWS:
        return values
    averaged = _means(rows, fewer) @ values.reshape(blocks, rows, -1)
    return np.asarray(averaged.reshape(height, *values.shape[1:]), np.float32)


@cache
def _means(rows: int, fewer: int) -> FloatArray:
    """Return the share of each row in each of a smaller number of rows, (fewer, rows)."""
    first, ends = np.arange(rows), np.arange(fewer + 1)[:, None] * rows / fewer
    overlap = np.minimum(ends[1:], first + 1) - np.maximum(ends[:-1], first)
    return np.asarray(np.clip(overlap, 0, None) * fewer / rows, np.float32)


def _letterbox(
    image: Image | FloatArray, side: int, scale: float
) -> tuple[FloatArray, float, FloatArray]:
    """Fit image into the middle of a black square, RGB in -1..1; return it, the factor and the offset (x, y)."""
    height, width = image.shape[:2]
    factor = scale * side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    square = np.zeros((1, side, side, 3), np.float32)
    place = square[0, top : top + size[1], left : left + size[0]]
    cv2.cvtColor(_resized(image, size), cv2.COLOR_BGR2RGB, dst=place)
    square *= np.float32(2 / 255)
    square -= 1
    return square, factor, np.array([left, top], np.float32)


def _anchors(grids: Sequence[tuple[int, int]], side: int) -> FloatArray:
    """Return the centres of the anchors, (N, 2) float32, in pixels of an input of this side."""
    centres = []
    for cell, per_cell in grids:
        y, x = np.mgrid[: side // cell, : side // cell]
        grid = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * cell
        centres.append(np.repeat(grid, per_cell, axis=0))
    return np.concatenate(centres).astype(np.float32)


def _decode(raw: FloatArray, centres: FloatArray) -> FloatArray:
    """Turn offsets from the anchors' centres (N, 16) into corners and keypoints (N, 16), in pixels of the input."""
    middle, half = raw[:, :2] + centres, raw[:, 2:4] / 2
    keypoints = raw[:, 4:] + np.tile(centres, _KEYPOINTS)
    return np.concatenate([middle - half, middle + half, keypoints], axis=1)
