"""Faces are found near, far, filling the frame and in groups, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.errors import ModelError
from device.networks.files import ZOO
from device.observation import Image
from device.perception.detection import FaceDetector
from device.perception.runtime import Network


def test_one_face_is_found_where_it_is(detector: FaceDetector, astronaut: Image) -> None:
    """The portrait's face is found once, around the middle of her face."""
    (face,) = detector.detect(astronaut)
    assert face.score > 0.8
    assert face.box.x < 224 < face.box.x + face.box.width
    assert face.box.y < 120 < face.box.y + face.box.height
    assert 70 < face.box.size < 160


def test_keypoints_stand_where_the_face_has_them(detector: FaceDetector, astronaut: Image) -> None:
    """Eyes above the nose above the mouth, her right eye on the picture's left."""
    right_eye, left_eye, nose, mouth = detector.detect(astronaut)[0].keypoints[:4]
    assert right_eye[0] < nose[0] < left_eye[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < mouth[1]


def test_a_picture_without_a_face_gives_none(detector: FaceDetector, coffee: Image) -> None:
    """A cup of coffee is not a face."""
    assert detector.detect(coffee) == []


@pytest.mark.parametrize("context", [1.0, 1.2, 1.5, 3.0])
def test_a_face_that_fills_the_frame_is_found(
    detector: FaceDetector, astronaut: Image, context: float
) -> None:
    """The same face is found with much, little and no context around it."""
    box = detector.detect(astronaut)[0].box
    half = box.size * context / 2
    x, y = box.x + box.width / 2, box.y + box.height / 2
    cut = astronaut[max(0, int(y - half)) : int(y + half), max(0, int(x - half)) : int(x + half)]
    assert len(detector.detect(np.ascontiguousarray(cut))) == 1


def test_a_far_face_is_found(detector: FaceDetector, astronaut: Image) -> None:
    """A face of about 40 pixels in a 640x480 frame is found."""
    frame = np.full((480, 640, 3), 90, np.uint8)
    small = cv2.resize(astronaut, (192, 192), interpolation=cv2.INTER_AREA)
    frame[200:392, 400:592] = small
    (face,) = detector.detect(frame)
    assert 25 < face.box.size < 55
    assert 400 < face.box.x < 592


def test_each_face_of_a_group_is_found(detector: FaceDetector, astronaut: Image) -> None:
    """Four portraits side by side are four faces."""
    small = np.asarray(cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA), np.uint8)
    group = np.tile(small, (2, 2, 1))
    assert len(detector.detect(group)) == 4


@pytest.mark.parametrize("shape", [(1, 1), (1, 640), (640, 1), (7, 3)])
def test_a_tiny_picture_has_no_face(detector: FaceDetector, shape: tuple[int, int]) -> None:
    """Pictures of a few pixels are searched without an error."""
    assert detector.detect(np.full((*shape, 3), 128, np.uint8)) == []


def test_a_missing_network_names_the_file() -> None:
    """The error says which file is missing and what to do."""
    with pytest.raises(ModelError, match=r"nothing\.tflite does not exist; reinstall"):
        Network.load(ZOO / "nothing.tflite")


def test_a_damaged_network_is_rejected(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Half a file is an error that names it, not a crash."""
    path = tmp_path_factory.mktemp("damaged") / "half.tflite"
    whole = (ZOO / "face_detection_short_range.tflite").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"half\.tflite cannot be loaded"):
        Network.load(path)
