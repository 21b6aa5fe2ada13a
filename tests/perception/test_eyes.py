"""Behind sunglasses nobody knows what eyes look like, and the node says nothing about them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.networks.files import ZOO, model_path
from device.observation import Detection, Image
from device.perception.aligned_face import AlignedFace
from device.perception.analysers.analyser import BALANCED, Weighted
from device.perception.analysers.attributes import AttributeAnalyser, AttributeClassifier
from device.perception.detection import FaceDetector
from device.perception.eyes import EYE_LABELS, are_eyes_hidden


@pytest.fixture
def face(astronaut: Image) -> Detection:
    """Where the face is."""
    (found, *_) = FaceDetector.load(ZOO, 0.5).detect(astronaut)
    return found


@pytest.fixture(scope="module")
def analyser() -> AttributeAnalyser:
    """With the network that ships."""
    return AttributeAnalyser(AttributeClassifier.load(model_path("attributes")))


def _with_glasses(image: Image, face: Detection, opacity: float) -> Image:
    right, left = face.keypoints[:2]
    between = float(left[0] - right[0])
    lenses = image.copy()
    for x, y in (right, left):
        cv2.ellipse(
            lenses,
            (round(float(x)), round(float(y) + 0.05 * between)),
            (round(0.42 * between), round(0.33 * between)),
            angle=0,
            startAngle=0,
            endAngle=360,
            color=(22, 18, 18),
            thickness=-1,
        )
    ends = [(round(float(x)), round(float(y) - 0.15 * between)) for x, y in (right, left)]
    cv2.line(lenses, ends[0], ends[1], (22, 18, 18), max(2, round(0.08 * between)))
    mixed = cv2.addWeighted(lenses, opacity, image, 1 - opacity, 0)
    return np.asarray(mixed, np.uint8)


def test_nothing_is_said_of_eyes_behind_sunglasses(
    astronaut: Image, face: Detection, analyser: AttributeAnalyser
) -> None:
    """The other answers stay, and one frame without sunglasses is enough."""
    dark = AlignedFace(_with_glasses(astronaut, face, 0.95), face, analyser.view)
    clear = AlignedFace(astronaut, face, analyser.view)
    hidden, seen = (Weighted(analyser.measure(each), 0.5) for each in (dark, clear))
    decided = analyser.decide([hidden], None, BALANCED).attributes
    assert decided.keys() == set(analyser.classifier.card.names) - EYE_LABELS
    assert decided["Eyeglasses"].present
    assert len(analyser.decide([hidden, seen], None, BALANCED).attributes) == 40


def test_eyes_behind_clear_glasses_are_seen(
    astronaut: Image, face: Detection, analyser: AttributeAnalyser
) -> None:
    """However certain the glasses are."""
    crop = AlignedFace(_with_glasses(astronaut, face, 0.3), face, analyser.view).recognition_crop
    assert not are_eyes_hidden(crop, glasses=1.0)


def test_dark_eyes_without_glasses_are_in_a_shadow(
    astronaut: Image, face: Detection, analyser: AttributeAnalyser
) -> None:
    """And are answered."""
    crop = AlignedFace(_with_glasses(astronaut, face, 0.95), face, analyser.view).recognition_crop
    assert are_eyes_hidden(crop, glasses=0.9)
    assert not are_eyes_hidden(crop, glasses=0.1)
