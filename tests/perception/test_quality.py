"""What is too small, too dark or too blurred is distinguished from what is not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from device.config import PerceptionSettings
from device.observation import Box, Detection, Image, Reason
from device.perception.alignment import align
from device.perception.detection import FaceDetector
from device.perception.quality import Gate, Quality, measure

SETTINGS = PerceptionSettings()
GATE = Gate(SETTINGS.min_face_size, SETTINGS.min_sharpness, SETTINGS.min_brightness)
GOOD = Quality(
    size=120, sharpness=0.5, brightness=0.5, contrast=0.5, grain=0.01, pose=1, certainty=0.9
)


def quality_of(detector: FaceDetector, image: Image) -> Quality:
    """Measure the first face of a picture."""
    face = detector.detect(image)[0]
    return measure(face, align(image, face.keypoints, 128))


def quality_at(detector: FaceDetector, clear: Image, image: Image) -> Quality:
    """Measure a picture where the clear one of the same size shows its face."""
    face = detector.detect(clear)[0]
    return measure(face, align(image, face.keypoints, 128))


def test_a_portrait_is_good_enough(detector: FaceDetector, astronaut: Image) -> None:
    """A sharp, bright, frontal face passes with a high score."""
    quality = quality_of(detector, astronaut)
    assert GATE.reject(quality) is None
    assert quality.score > 0.7


def test_blur_lowers_sharpness_step_by_step(detector: FaceDetector, astronaut: Image) -> None:
    """The more blur the less sharpness, down to rejection."""
    blurred = [
        np.asarray(cv2.GaussianBlur(astronaut, (0, 0), sigma), np.uint8) for sigma in (1, 2, 3)
    ]
    figures = [quality_of(detector, image).sharpness for image in (astronaut, *blurred)]
    assert figures == sorted(figures, reverse=True)
    assert GATE.reject(quality_of(detector, blurred[-1])) is Reason.TOO_BLURRED


@pytest.mark.parametrize("size", [105, 383, 700])
def test_a_large_face_may_be_blurred_over_more_pixels(
    detector: FaceDetector, astronaut: Image, size: int
) -> None:
    """Blur counts as the network sees it: a fortieth of the face is too much at any size, a hundredth is not."""
    face = detector.detect(astronaut)[0]
    factor = size / face.box.size
    large = np.asarray(
        cv2.resize(astronaut, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8
    )

    def refused(share: float) -> Reason | None:
        blurred = np.asarray(cv2.GaussianBlur(large, (0, 0), share * size), np.uint8)
        return GATE.reject(measure(face, align(blurred, face.keypoints * factor, 160)))

    assert refused(0.01) is None
    assert refused(9 / 383) is refused(0.04) is Reason.TOO_BLURRED


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135])
def test_motion_in_any_direction_is_blur(
    detector: FaceDetector, astronaut: Image, degrees: int
) -> None:
    """A face that moved by a fifth of its size is refused, although it is sharp across the motion."""
    length = round(detector.detect(astronaut)[0].box.size / 5)
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    middle = (length - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), degrees, 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    moved = np.asarray(cv2.filter2D(astronaut, -1, kernel / kernel.sum()), np.uint8)
    assert GATE.reject(quality_at(detector, astronaut, moved)) is Reason.TOO_BLURRED


def test_darkness_is_rejected_as_darkness(detector: FaceDetector, astronaut: Image) -> None:
    """A face at a tenth of the light is too dark, whatever its noise."""
    random = np.random.default_rng(1)
    noise = random.normal(0, 2, astronaut.shape)
    dark = np.clip(astronaut * 0.12 + noise, 0, 255).astype(np.uint8)
    assert GATE.reject(quality_at(detector, astronaut, dark)) is Reason.TOO_DARK


@pytest.mark.parametrize("exponent", [1, 1 / 2.2])
def test_four_percent_of_the_light_are_too_dark(
    detector: FaceDetector, astronaut: Image, exponent: float
) -> None:
    """Whether the picture's values fall to 4 %, or the light before the camera's gamma."""
    dark = np.asarray(np.rint(astronaut * 0.04**exponent), np.uint8)
    assert GATE.reject(quality_at(detector, astronaut, dark)) is Reason.TOO_DARK


def test_a_veiled_face_needs_a_clean_lens(detector: FaceDetector, astronaut: Image) -> None:
    """A bright face of which hardly anything stands out is blurred: more light would not help."""
    veiled = np.asarray(np.rint(astronaut * 0.2 + 150 * 0.8), np.uint8)
    assert GATE.reject(quality_at(detector, astronaut, veiled)) is Reason.TOO_BLURRED


def test_a_face_without_detail_in_the_light_is_refused(
    detector: FaceDetector, astronaut: Image
) -> None:
    """What is overexposed does not count as contrast."""
    glaring = np.clip(astronaut * 4.0, 0, 255).astype(np.uint8)
    quality = quality_at(detector, astronaut, glaring)
    assert quality.contrast < 0.1
    assert GATE.reject(quality) is Reason.TOO_BLURRED


def test_blocks_of_strong_compression_are_blur(detector: FaceDetector, astronaut: Image) -> None:
    """Their edges are sharp, but the face is gone; ordinary compression, and gray pictures, pass."""

    def refused(image: Image, quality: int) -> Reason | None:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        loaded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        return GATE.reject(quality_at(detector, astronaut, loaded))

    gray = np.repeat(astronaut.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert refused(astronaut, 4) is Reason.TOO_BLURRED
    assert refused(astronaut, 30) is refused(gray, 30) is None


def test_noise_is_a_lack_of_light(detector: FaceDetector, astronaut: Image) -> None:
    """A sensor that must amplify shows noise, which is not taken for sharpness."""
    noise = np.random.default_rng(1).normal(0, 60, astronaut.shape)
    noisy = np.clip(astronaut + noise, 0, 255).astype(np.uint8)
    assert GATE.reject(quality_at(detector, astronaut, noisy)) is Reason.TOO_DARK


def test_less_light_does_not_look_like_less_sharpness(
    detector: FaceDetector, astronaut: Image
) -> None:
    """Sharpness is measured against the contrast that is there."""
    half = (astronaut * 0.5).astype(np.uint8)
    full = quality_of(detector, astronaut).sharpness
    assert quality_of(detector, half).sharpness == pytest.approx(full, abs=0.08)


def test_a_small_face_is_rejected_first() -> None:
    """Size is checked before light and sharpness: to come nearer is the better advice."""
    quality = replace(GOOD, size=20, sharpness=0, brightness=0)
    assert GATE.reject(quality) is Reason.TOO_SMALL


def test_limits_of_zero_accept_everything() -> None:
    """Whoever sets them to zero has asked for every face to be judged."""
    worst = replace(GOOD, size=48, sharpness=0, brightness=0, contrast=0, grain=9)
    assert GATE.reject(worst) is Reason.TOO_DARK
    assert Gate(48, 0, 0).reject(worst) is None


def test_a_doubtful_detection_weighs_less() -> None:
    """A face with a score of .51 counts for less than half of one with .99."""
    doubtful, certain = (replace(GOOD, certainty=score).score for score in (0.51, 0.99))
    assert 0 < doubtful < certain / 2


def test_a_turned_head_weighs_less() -> None:
    """The nose off the middle of the eyes lowers the pose figure, to zero in profile."""

    def pose(nose_x: float) -> float:
        points = np.array([[40, 50], [80, 50], [nose_x, 70], [60, 90], [0, 0], [0, 0]], np.float32)
        detection = Detection(Box(0, 0, 120, 120), points, 0.9)
        return measure(detection, np.full((128, 128, 3), 128, np.uint8)).pose

    assert pose(60) == pytest.approx(1)
    assert 0 < pose(70) < 1
    assert pose(95) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_contrast_is_that_of_the_usual_percentiles(seed: int) -> None:
    """To a millionth: sorted in one step, and placed between two pixels as NumPy's own percentile is."""
    crop = np.random.default_rng(seed).integers(0, 240, (128, 128, 3), np.uint8)
    face = Detection(Box(0, 0, 100, 100), np.zeros((6, 2), np.float32), 0.9)
    luma = cv2.cvtColor(crop, cv2.COLOR_BGR2YCrCb)[51:102, 38:90, 0].astype(np.float32)
    dark, bright = np.percentile(luma, (5, 95))
    assert measure(face, crop).contrast == pytest.approx((bright - dark) / 255, abs=1e-6)
