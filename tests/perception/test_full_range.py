"""The full-range network has the input that suits a frame, and only what is needed is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import ModelError
from device.networks.files import ZOO
from device.observation import Image
from device.perception.detection import FaceDetector
from device.perception.full_range import FullRange


def _loaded(detector: FaceDetector) -> list[str]:
    return [network.path.name for network in detector.full.networks]


def test_what_no_frame_needs_is_not_loaded() -> None:
    """A camera's frames have one size; 640x480 as a rule."""
    wide, square = "face_detection_full_range_wide.tflite", "face_detection_full_range.tflite"
    detector = FaceDetector.load()
    detector.detect(np.zeros((480, 640, 3), np.uint8))
    assert _loaded(detector) == [wide]
    detector.detect(np.zeros((640, 480, 3), np.uint8))
    assert _loaded(detector) == [wide, square]


def test_a_less_strict_detector_has_the_same_networks() -> None:
    """A network is loaded once, whoever needs it first."""
    detector = FaceDetector.load()
    detector.less_strict().detect(np.zeros((640, 480, 3), np.uint8))
    assert len(_loaded(detector)) == 2


@pytest.mark.parametrize("name", ["full_range", "full_range_wide"])
def test_a_damaged_network_is_found_at_the_start(tmp_path: Path, name: str) -> None:
    """And not when a frame first needs it."""
    for file in ZOO.glob("face_detection_*.tflite"):
        shutil.copy(file, tmp_path)
    damaged = tmp_path / f"face_detection_{name}.tflite"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    with pytest.raises(ModelError, match=f"{name}.tflite cannot be loaded"):
        FullRange.load(tmp_path, 1)


@pytest.mark.parametrize("face", [60, 90, 115])
@pytest.mark.parametrize("top", [0.0, 0.5, 1.0])
def test_both_inputs_show_a_face_at_the_same_place(
    detector: FaceDetector, astronaut: Image, face: int, top: float
) -> None:
    """Also at the edge of the frame, beside which the square has black and the lower one almost nothing."""
    side = round(face * astronaut.shape[0] / 130)
    portrait = cv2.resize(astronaut, (side, side), interpolation=cv2.INTER_AREA)
    frame = np.full((480, 640, 3), 90, np.uint8)
    row = round((480 - len(portrait)) * top)
    frame[row : row + len(portrait), : portrait.shape[1]] = portrait
    wide, square = (
        detector.full.take(size).find(frame, 0.5).faces() for size in [(192, 160), (192, 192)]
    )
    assert len(wide) == len(square) == 1
    apart = np.abs(wide[0].keypoints - square[0].keypoints).max() * 192 / 640
    assert apart < 1.5  # of the pixels that the networks see
