"""One BlazeFace network: a picture in, boxes with keypoints out.

The networks are MediaPipe's (Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
2019). Anchors, decoding and the weighted suppression follow the description in MediaPipe's face_detection graphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import gcd, inf, log

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
# Of a logit: far more than what float32 rounds, so that no find is lost before its score is known exactly.
_SLACK = 1e-3
_LARGEST_SCORE = 1 - 1e-6
# In the network's input, of -1..1.
_BLACK = -1.0
# Rows of a shrunk image that are made at a time: all of a photograph in floats would fill a small Pi's memory, and any
# processor's cache.
_ROWS = 64
# Rows of an image that may be averaged together: at 640x480 these are ten, of which three remain.
_MOST_ROWS = 32
# Rows that are turned into floats at a time, for the same reason: at 640x480 they take half a megabyte.
_ROWS_IN_CACHE = 64


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
        sides = self.points[:, 2:4] - self.points[:, :2]
        return np.asarray(sides.min(axis=1), np.float32)

    def where(self, keep: NDArray[np.bool_]) -> Finds:
        """Return some of the finds, by a mask (N,)."""
        return Finds(self.points[keep], self.scores[keep])

    def placed(self, factor: float, offset: tuple[float, float]) -> Finds:
        """Return the finds in the pixels of another picture: each (x, y) times the factor, plus the offset."""
        if factor == 1 and offset == (0, 0):
            return self
        points = self.points.reshape(-1, _COORDINATES // 2, 2) * factor + np.array(offset)
        return Finds(points.reshape(-1, _COORDINATES).astype(np.float32), self.scores)

    def and_also(self, others: Finds) -> Finds:
        """Return these finds and others."""
        return Finds(
            np.concatenate([self.points, others.points]),
            np.concatenate([self.scores, others.scores]),
        )

    def faces(self) -> list[Detection]:
        """Merge overlapping finds into one face each: their mean, weighted by their scores; the best score first."""
        faces: list[Detection] = []
        order = (-self.scores).argsort(kind="stable")
        points, scores = self.points[order], self.scores[order]
        while scores.size:
            same = iou(points[0, :4], points[:, :4]) > SAME_FACE_IOU
            same[0] = True  # a box without area overlaps nothing, not even itself
            weights = scores[same]
            mean = weights @ points[same] / weights.sum()
            left, top, right, bottom = mean[:4].tolist()
            faces.append(
                Detection(
                    Box(left, top, right - left, bottom - top),
                    mean[4:].reshape(_KEYPOINTS, 2),
                    float(scores[0]),
                )
            )
            points, scores = points[~same], scores[~same]
        return faces


class BlazeFace:
    """A network with the anchors that it was trained with.

    Args:
        network: of BlazeFace.
        grids: FULL_RANGE_GRIDS or SHORT_RANGE_GRIDS.
        scale: how much of the input the picture takes, of its width or of its height; the rest is margin.

    Attributes:
        size: (width, height) of the network's input, in pixels.
    """

    def __init__(
        self, network: Network, grids: Sequence[tuple[int, int]], scale: float = 1.0
    ) -> None:
        self._network = network
        _, height, width, _ = network.input_shape
        self.size = width, height
        self._anchors = _anchors(grids, height, width)
        self._scale = scale

    def find(self, image: Image | FloatArray, min_score: float) -> Finds:
        """Return what the network finds in image, (H, W, 3) uint8 or float32 of 0..255, BGR, in its pixels.

        Args:
            image: is fitted into the network's input, whatever its size.
            min_score: of a find, 0..1.
        """
        factor, offset = _letterbox(image, self._network.input[0], self._scale)
        first, second = self._network.run()
        raw, logits = (first, second) if first.shape[-1] == _COORDINATES else (second, first)
        # Of thousands of anchors hardly one sees a face: only for those is it worth to compute anything.
        likely = np.flatnonzero(logits[0, :, 0] > _logit(min_score) - _SLACK)
        scores = sigmoid(logits[0, likely, 0])
        points = _decode(raw[0, likely], self._anchors[likely])
        points -= offset
        points /= np.float32(factor)
        found = Finds(points.reshape(-1, _COORDINATES), scores)
        keep = scores >= min_score
        return found if keep.all() else found.where(keep)


def _logit(score: float) -> float:
    """Return the logit of a score; what is near to 1 counts as less, for float32 has 1 for large logits."""
    if score <= 0:
        return -inf
    bounded = min(score, _LARGEST_SCORE)
    return log(bounded / (1 - bounded))


def shrink(image: Image, divisor: int) -> FloatArray:
    """Return the image with its sides divided by a whole number, (H // divisor, W // divisor, 3) float32."""
    height, width = (max(1, length // divisor) for length in image.shape[:2])
    shrunk = np.empty((height, width, 3), np.float32)
    for top in range(0, height, _ROWS):
        rows = shrunk[top : top + _ROWS]
        part = image[top * divisor : (top + len(rows)) * divisor, : width * divisor]
        rows[:] = _resized(_halved(part, divisor), (width, len(rows)))
    return shrunk


def _halved(image: Image, divisor: int) -> Image:
    """Return the image with its sides halved as long as the divisor by which they are to be divided is even."""
    # In bytes, which takes a fifth of the time that floats take. The mean of four is rounded alike on all processors, a
    # half up, which no detector notices.
    while divisor % 2 == 0 and min(image.shape[:2]) > 1:
        height, width = (length // 2 for length in image.shape[:2])
        halved = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        image, divisor = np.asarray(halved, np.uint8), divisor // 2
    return image


def _resized(image: Image | FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return the image in another size (width, height), as (height, width, 3) float32."""
    # INTER_AREA averages: a far face must not be lost between the sampled pixels. In floats, because the bytes of means
    # at a half depend on the processor.
    width, height = size
    blocks = gcd(len(image), height)
    rows, fewer = len(image) // blocks, height // blocks
    if not fewer < rows <= _MOST_ROWS:
        values = np.asarray(image, np.float32)
        return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
    # A few rows become whole ones at a time; OpenCV would average them too, but pixel by pixel.
    shares, across = _means(rows, fewer), image[0].size
    resized = np.empty((height, width, 3), np.float32)
    step = max(1, _ROWS_IN_CACHE // rows)
    for first in range(0, blocks, step):
        part = np.asarray(image[first * rows : (first + step) * rows], np.float32)
        averaged = (shares @ part.reshape(-1, rows, across)).reshape(-1, *image.shape[1:])
        place = resized[first * fewer : (first + step) * fewer]
        cv2.resize(averaged, (width, len(averaged)), dst=place, interpolation=cv2.INTER_AREA)
    return resized


@cache
def _means(rows: int, fewer: int) -> FloatArray:
    """Return the share of each row in each of a smaller number of rows, (fewer, rows)."""
    first, ends = np.arange(rows), np.arange(fewer + 1)[:, None] * rows / fewer
    overlap = np.minimum(ends[1:], first + 1) - np.maximum(ends[:-1], first)
    return np.asarray(np.clip(overlap, 0, None) * fewer / rows, np.float32)


def _letterbox(
    image: Image | FloatArray, box: FloatArray, scale: float
) -> tuple[float, FloatArray]:
    """Fit image into the middle of a black box, RGB in -1..1; return the factor and the offset (x, y).

    Args:
        image: see BlazeFace.find.
        box: (height, width, 3) float32, is overwritten.
        scale: how much of the box the image takes, of its width or of its height.
    """
    height, width = image.shape[:2]
    factor = min(scale * len(box) / height, scale * box.shape[1] / width)
    across, down = max(1, round(width * factor)), max(1, round(height * factor))
    left, top = (box.shape[1] - across) // 2, (len(box) - down) // 2
    box[:top], box[top + down :] = _BLACK, _BLACK
    rows = box[top : top + down]
    rows[:, :left], rows[:, left + across :] = _BLACK, _BLACK
    place = rows[:, left : left + across]
    cv2.cvtColor(_resized(image, (across, down)), cv2.COLOR_BGR2RGB, dst=place)
    place *= np.float32(2 / 255)
    place -= 1
    return factor, np.array([left, top], np.float32)


def _anchors(grids: Sequence[tuple[int, int]], height: int, width: int) -> FloatArray:
    """Return the centres of the anchors, (N, 2) float32, in pixels of an input of this size."""
    centres = []
    for cell, per_cell in grids:
        y, x = np.mgrid[: height // cell, : width // cell]
        grid = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * cell
        centres.append(np.repeat(grid, per_cell, axis=0))
    return np.concatenate(centres).astype(np.float32)


def _decode(raw: FloatArray, centres: FloatArray) -> FloatArray:
    """Return corners and keypoints, (N, 8, 2) in pixels of the input.

    Args:
        raw: (N, 16): offsets from the anchors' centres, but for width and height in the third and fourth place.
        centres: (N, 2).
    """
    offsets = raw.reshape(-1, _COORDINATES // 2, 2)
    half = offsets[:, 1] / 2
    points = offsets + centres[:, None]
    points[:, 1] = points[:, 0] + half
    points[:, 0] -= half
    return points
