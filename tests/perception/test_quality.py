"""What is too small, too dark or too blurred is distinguished from what is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.observation import Box, Detection, Image, Reason
from device.perception.alignment import align
from device.perception.detection import FaceDetector
from device.perception.quality import Gate, Quality, measure

GATE = Gate(min_size=48, min_sharpness=0.2, min_brightness=0.1)


def quality_of(detector: FaceDetector, image: Image) -> Quality:
    """Measure the first face of a picture."""
    face = detector.detect(image)[0]
    return measure(face, align(image, face.keypoints, 128))


def test_a_portrait_is_good_enough(detector: FaceDetector, astronaut: Image) -> None:
    """A sharp, bright, frontal face passes with a high score."""
    quality = quality_of(detector, astronaut)
    assert GATE.reject(quality) is None
    assert quality.score > 0.7


def test_blur_lowers_sharpness_step_by_step(detector: FaceDetector, astronaut: Image) -> None:
    """The more blur the less sharpness, down to rejection."""
    blurred = [
        np.asarray(cv2.GaussianBlur(astronaut, (0, 0), sigma), np.uint8) for sigma in (1, 2, 5)
    ]
    figures = [quality_of(detector, image).sharpness for image in (astronaut, *blurred)]
    assert figures == sorted(figures, reverse=True)
    assert GATE.reject(quality_of(detector, blurred[-1])) is Reason.TOO_BLURRED


def test_darkness_is_rejected_as_darkness(detector: FaceDetector, astronaut: Image) -> None:
    """A face at a tenth of the light is too dark, whatever its noise."""
    random = np.random.default_rng(1)
    noise = random.normal(0, 2, astronaut.shape)
    dark = np.clip(astronaut * 0.12 + noise, 0, 255).astype(np.uint8)
    face = detector.detect(astronaut)[0]
    assert GATE.reject(measure(face, align(dark, face.keypoints, 128))) is Reason.TOO_DARK


def test_less_light_does_not_look_like_less_sharpness(
    detector: FaceDetector, astronaut: Image
) -> None:
    """Sharpness is measured against the contrast that is there."""
    half = (astronaut * 0.5).astype(np.uint8)
    full = quality_of(detector, astronaut).sharpness
    assert quality_of(detector, half).sharpness == pytest.approx(full, abs=0.08)


def test_a_small_face_is_rejected_first() -> None:
    """Size is checked before light and sharpness: to come nearer is the better advice."""
    quality = Quality(size=20, sharpness=0, brightness=0, pose=1)
    assert GATE.reject(quality) is Reason.TOO_SMALL


def test_a_turned_head_weighs_less() -> None:
    """The nose off the middle of the eyes lowers the pose figure, to zero in profile."""

    def pose(nose_x: float) -> float:
        points = np.array([[40, 50], [80, 50], [nose_x, 70], [60, 90], [0, 0], [0, 0]], np.float32)
        detection = Detection(Box(0, 0, 120, 120), points, 0.9)
        return measure(detection, np.full((128, 128, 3), 128, np.uint8)).pose

    assert pose(60) == pytest.approx(1)
    assert 0 < pose(70) < 1
    assert pose(95) == 0
