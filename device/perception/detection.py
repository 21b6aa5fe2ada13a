"""Face detection with BlazeFace: near, far, filling the frame and in groups.

The networks are MediaPipe's (Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
2019). Anchors, decoding and the weighted suppression follow the description in MediaPipe's face_detection graphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.networks.files import ZOO
from device.observation import Box, Detection, Image
from device.perception.arithmetic import sigmoid
from device.perception.overlap import iou
from device.perception.runtime import Network

FloatArray = NDArray[np.float32]

_KEYPOINTS = 6
_SUPPRESSION_IOU = 0.3
# A face that fills the frame has no context on any side. Shrinking the frame to two thirds of the input gives it some.
_CLOSE_UP_SCALE = 2 / 3
# The close-up pass only counts for faces at least this large, as a share of the frame's shorter side: the full-range
# network is better at smaller ones, and the union of both gains nothing but false positives.
_CLOSE_UP_MIN_SIZE = 0.6
# Bytes of an image that is shrunk one channel at a time: all of a photograph in floats would fill a small Pi's memory.
_LARGE = 4_000_000
_COORDINATES = 4 + 2 * _KEYPOINTS


@dataclass(frozen=True, slots=True)
class _Pass:
    """One network, and the centres of the anchors that it was trained with: (N, 2) float32 in 0..1."""

    network: Network
    anchors: FloatArray
    scale: float

    def run(self, image: Image, min_score: float) -> tuple[FloatArray, FloatArray]:
        """Return corners and keypoints (N, 16) in pixels of the image, and scores (N,)."""
        side = self.network.input_shape[1]
        values, factor, offset = _letterbox(image, side, self.scale)
        first, second = self.network(values)
        raw, logits = (first, second) if first.shape[-1] == _COORDINATES else (second, first)
        scores = sigmoid(logits[0, :, 0])
        keep = scores >= min_score
        points = _decode(raw[0][keep], self.anchors[keep], side)
        points = (points - np.tile(offset, _COORDINATES // 2)) / factor
        return points.astype(np.float32), scores[keep]


class FaceDetector:
    """Finds faces with two BlazeFace networks. Made by `load`.

    The full-range one sees groups and far faces. The short-range one runs with a margin around the frame, for a face so
    close that it fills the frame. Overlapping detections are merged.

    Args:
        full: the full-range network.
        short: the short-range network.
        min_score: the minimum score of a face, 0..1.
    """

    def __init__(self, full: Network, short: Network, min_score: float) -> None:
        self.networks = (full, short)
        self._min_score = min_score
        self._full = _Pass(full, _anchors([(48, 1)]), 1.0)
        self._close_up = _Pass(short, _anchors([(16, 2), (8, 6)]), _CLOSE_UP_SCALE)

    @classmethod
    def load(cls, models: Path = ZOO, min_score: float = 0.5, threads: int = 1) -> FaceDetector:
        """Load both networks.

        Args:
            models: folder with face_detection_full_range.tflite and face_detection_short_range.tflite.
            min_score: the minimum score of a face, 0..1.
            threads: CPU threads of an invocation.

        Raises:
            ModelError: a network is missing or damaged.
        """
        full = Network.load(models / "face_detection_full_range.tflite", threads)
        short = Network.load(models / "face_detection_short_range.tflite", threads)
        return cls(full, short, min_score)

    def detect(self, image: Image) -> list[Detection]:
        """Return the faces in image, (H, W, 3) uint8 BGR, the highest score first."""
        points, scores = self._full.run(image, self._min_score)
        near_points, near_scores = self._close_up.run(image, self._min_score)
        width, height = near_points[:, 2] - near_points[:, 0], near_points[:, 3] - near_points[:, 1]
        large = np.minimum(width, height) >= _CLOSE_UP_MIN_SIZE * min(image.shape[:2])
        return suppress(
            np.concatenate([points, near_points[large]]),
            np.concatenate([scores, near_scores[large]]),
        )


def suppress(points: FloatArray, scores: FloatArray) -> list[Detection]:
    """Merge overlapping detections into one face each: their mean, weighted by their scores.

    Args:
        points: (N, 16) float32: left, top, right, bottom, then six keypoints, in pixels.
        scores: (N,) float32, 0..1.
    """
    faces: list[Detection] = []
    order = np.argsort(-scores, kind="stable")
    while order.size:
        overlap = iou(points[order[0], :4], points[order, :4]) > _SUPPRESSION_IOU
        overlap[0] = True  # a box without area overlaps nothing, not even itself
        same, order = order[overlap], order[~overlap]
        mean = np.average(points[same], axis=0, weights=scores[same])
        left, top, right, bottom = (float(v) for v in mean[:4])
        faces.append(
            Detection(
                Box(left, top, right - left, bottom - top),
                mean[4:].reshape(_KEYPOINTS, 2).astype(np.float32),
                float(scores[same[0]]),
            )
        )
    return faces


def _letterbox(image: Image, side: int, scale: float) -> tuple[FloatArray, float, FloatArray]:
    """Fit image into the middle of a black square, RGB in -1..1; return it, the factor and the offset (x, y)."""
    height, width = image.shape[:2]
    factor = scale * side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = _shrink(image, size)[..., ::-1]
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    square = np.full((1, side, side, 3), -1, np.float32)
    square[0, top : top + size[1], left : left + size[0]] = small * np.float32(2 / 255) - 1
    return square, factor, np.array([left, top], np.float32)


def _shrink(image: Image, size: tuple[int, int]) -> FloatArray:
    """Return the image in another size (width, height), as (height, width, 3) float32."""
    # INTER_AREA averages: a far face must not be lost between the sampled pixels. In floats, because the bytes of means
    # at a half depend on the processor.
    parts = [image] if image.size <= _LARGE else cv2.split(image)
    return np.dstack(
        [cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_AREA) for part in parts]
    )


def _anchors(grids: Sequence[tuple[int, int]]) -> FloatArray:
    """Return the centres of the anchors, (N, 2) float32 in 0..1."""
    centres = []
    for cells, per_cell in grids:
        y, x = np.mgrid[:cells, :cells]
        grid = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        centres.append(np.repeat(grid, per_cell, axis=0))
    return np.concatenate(centres).astype(np.float32)


def _decode(raw: FloatArray, anchors: FloatArray, side: int) -> FloatArray:
    """Turn offsets from the anchors (N, 16) into corners and keypoints (N, 16), in pixels of the input."""
    centre = anchors * side
    middle, half = raw[:, :2] + centre, raw[:, 2:4] / 2
    keypoints = raw[:, 4:] + np.tile(centre, _KEYPOINTS)
    return np.concatenate([middle - half, middle + half, keypoints], axis=1)
