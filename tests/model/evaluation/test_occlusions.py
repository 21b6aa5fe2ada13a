"""What hides a part of a face is painted where that part is, and the node does not answer about it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from device.networks.files import ZOO
from device.observation import Detection, Image
from device.perception.aligned_face import AlignedFace, View
from device.perception.detection import FaceDetector
from device.perception.visibility import turn
from model.data.photographs import Photograph
from model.evaluation.gate import GateMeasurement
from model.evaluation.occlusions import occlusions

_FAULTS = {(fault.kind, fault.amount): fault for fault in occlusions()}
_RIGHT_EYE, _LEFT_EYE, _NOSE, _MOUTH = range(4)
_COVERS = {
    ("sunglasses", "opaque to 100%"): {_RIGHT_EYE, _LEFT_EYE},
    ("mask", "surgical"): {_NOSE, _MOUTH},
    ("hand", "before mouth"): {_MOUTH},
    ("hand", "before nose and mouth"): {_NOSE, _MOUTH},
    ("hand", "before one eye"): {_RIGHT_EYE, _NOSE},
}


@pytest.fixture(scope="module")
def portrait() -> Image:
    """A smiling person."""
    return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])


@pytest.fixture(scope="module")
def face(portrait: Image) -> Detection:
    """Her face."""
    (found, *_) = FaceDetector.load(ZOO, 0.5).detect(portrait)
    return found


def _is_changed(before: Image, after: Image, face: Detection, keypoint: int) -> bool:
    x, y = (round(float(value)) for value in face.keypoints[keypoint])
    part = slice(y - 2, y + 3), slice(x - 2, x + 3)
    return bool((before[part] != after[part]).any(axis=2).all())


@pytest.mark.parametrize("fault", _COVERS, ids=" ".join)
def test_what_hides_a_part_is_painted_over_it(
    portrait: Image, face: Detection, fault: tuple[str, str]
) -> None:
    """Also where the head is tilted; the other keypoints of eyes, nose and mouth stay as they are."""
    turned = np.ascontiguousarray(np.rot90(portrait, -1))
    height = portrait.shape[0]
    points = face.keypoints[:, ::-1] * (-1, 1) + (height - 1, 0)
    tilted = Detection(face.box, np.asarray(points, np.float32), face.score)
    for image, where in ((portrait, face), (turned, tilted)):
        worse = _FAULTS[fault].apply(image, where)
        changed = {k for k in range(4) if _is_changed(image, worse, where, k)}
        assert changed == _COVERS[fault]


def test_a_face_that_is_turned_shows_its_nose_aside(portrait: Image, face: Detection) -> None:
    """What is far from the face stays, and so does the picture that is given."""
    before, detector = portrait.copy(), FaceDetector.load(ZOO, 0.5)
    image = _FAULTS["turned", "50 degrees"].apply(portrait, face)
    (found, *_) = detector.detect(image)
    assert turn(found.keypoints) > turn(face.keypoints) + 0.2
    assert (image[400:] == portrait[400:]).all()
    assert (portrait == before).all()


def test_answers_about_a_hidden_mouth_are_withheld(portrait: Image, tmp_path: Path) -> None:
    """They do not count as given; glasses that were put on are an answer that has to be right."""
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), portrait)
    faults = [_FAULTS["mask", "surgical"], _FAULTS["sunglasses", "opaque to 100%"]]
    measurement = GateMeasurement([Photograph(path, 1, {"Smiling": True})])
    clear, masked, glasses = measurement.run(faults)
    assert clear.withheld == 0
    assert masked.withheld >= 3
    assert masked.answers == clear.answers - masked.withheld
    assert glasses.withheld == 1, "lipstick"
    assert glasses.answers + glasses.withheld in {clear.answers, clear.answers + 1}


def test_every_occlusion_has_another_name() -> None:
    """By which a table shows it."""
    assert len(_FAULTS) == len(list(occlusions()))


def test_a_painted_mask_hides_the_mouth(portrait: Image, face: Detection) -> None:
    """Of each kind, seen as the node sees it."""
    for kind in ("surgical", "white", "black"):
        image = _FAULTS["mask", kind].apply(portrait, face)
        assert AlignedFace(image, face, View(128)).is_mouth_hidden
