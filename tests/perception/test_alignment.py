"""Every face ends upright, of one size, at one place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.observation import Image, Keypoints
from device.perception.alignment import CANONICAL, RECOGNITION, Framing, align, align_whole
from device.perception.detection import FaceDetector


@pytest.mark.parametrize("framing", [CANONICAL, RECOGNITION])
def test_turn_scale_and_shift_of_a_face_are_recovered(framing: Framing) -> None:
    """Each pixel of the crop shows where it comes from."""
    y, x = np.mgrid[:256, :256].astype(np.uint8)
    turn, shift = 1.4 * np.exp(0.2j), 40 + 10j
    points = np.array(framing.template) @ [1, 1j] * 100 * turn + shift
    crop = align(np.stack([x, y, x], -1), in_rows(points), 100, framing=framing)
    rows, columns = np.mgrid[:100, :100]
    source = (columns + 1j * rows) * turn + shift
    assert np.abs(crop - np.stack([source.real, source.imag, source.real], -1)).max() <= 1


def in_rows(points: NDArray[np.complex128]) -> Keypoints:
    """Return the same points, (N, 2)."""
    return np.stack([points.real, points.imag], axis=1).astype(np.float32)


@pytest.mark.parametrize("framing", [CANONICAL, RECOGNITION])
def test_points_that_coincide_do_not_divide_by_zero(astronaut: Image, framing: Framing) -> None:
    """A degenerate face gives a crop all the same."""
    nowhere = np.zeros((6, 2), np.float32)
    assert align(astronaut, nowhere, 64, framing=framing).shape == (64, 64, 3)


@pytest.mark.parametrize("angle", [-25, 10, 25])
def test_a_turned_head_gives_the_same_crop(
    detector: FaceDetector, astronaut: Image, angle: float
) -> None:
    """The eyes of a turned picture land within a few pixels of where the upright ones do."""
    matrix = cv2.getRotationMatrix2D((224, 120), angle, 1)
    turned = np.asarray(cv2.warpAffine(astronaut, matrix, (512, 512)), np.uint8)
    upright = align(astronaut, detector.detect(astronaut)[0].keypoints, 128)
    again = align(turned, detector.detect(turned)[0].keypoints, 128)
    middle = slice(40, 88)
    difference = cv2.absdiff(
        cv2.GaussianBlur(upright, (0, 0), 3), cv2.GaussianBlur(again, (0, 0), 3)
    )
    assert float(difference[middle, middle].mean()) < 12


def test_the_crop_does_not_depend_on_the_pictures_size(
    detector: FaceDetector, astronaut: Image
) -> None:
    """A large face is averaged, not sampled: four times the pixels give nearly the same crop."""
    keypoints = detector.detect(astronaut)[0].keypoints
    large = np.asarray(
        cv2.resize(astronaut, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC), np.uint8
    )
    # Pixel centres: what lies at x in the small picture lies at 4x + 1.5 in the large one.
    crops = align(astronaut, keypoints, 64), align(large, keypoints * 4 + 1.5, 64)
    assert float(cv2.absdiff(*crops).mean()) < 3


def test_a_margin_shows_more_around_the_same_face(detector: FaceDetector, astronaut: Image) -> None:
    """The middle of a crop with margin is the canonical crop."""
    keypoints = detector.detect(astronaut)[0].keypoints
    wide = align(astronaut, keypoints, 192, margin=1.5)[32:160, 32:160]
    assert float(cv2.absdiff(wide, align(astronaut, keypoints, 128)).mean()) < 1.5


def test_outside_of_the_picture_is_grey(detector: FaceDetector, astronaut: Image) -> None:
    """A face at the edge is completed with grey, which is zero for the network."""
    face = detector.detect(astronaut)[0]
    top = max(0, int(face.box.y))
    crop = align(astronaut[top:], face.keypoints - np.array([0, top], np.float32), 128)
    assert (crop[:6] == 127).all()


def test_a_picture_without_a_detection_gives_its_central_square() -> None:
    """The fallback crop is the middle of the picture."""
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, 50:150] = 200
    assert (align_whole(image, 64)[2:-2, 2:-2] == 200).all()
