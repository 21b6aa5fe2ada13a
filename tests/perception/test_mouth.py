"""Behind a mask or a hand nobody knows what a mouth does, and the node says nothing about it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.networks.card import read_card
from device.networks.files import ZOO, model_path
from device.observation import Box, Detection, Image, Keypoints
from device.perception.aligned_face import AlignedFace, View
from device.perception.analysers.analyser import BALANCED, Weighted
from device.perception.analysers.attributes import AttributeAnalyser, AttributeClassifier, decide
from device.perception.detection import FaceDetector
from device.perception.mouth import MOUTH_LABELS, colors

_PROFILE = np.array([[10, 10], [20, 10], [25, 16], [20, 22], [0, 0], [0, 0]], np.float32)


@pytest.fixture
def keypoints(astronaut: Image) -> Keypoints:
    """Where eyes, nose and mouth are."""
    (face, *_) = FaceDetector.load(ZOO, 0.5).detect(astronaut)
    return face.keypoints


def _masked(image: Image, keypoints: Keypoints) -> Image:
    """Hold a sheet of paper before the mouth."""
    (x, y), side = keypoints[3], keypoints[1, 0] - keypoints[0, 0]
    left, top, right, bottom = (round(float(v)) for v in (x - side, y - side, x + side, y + side))
    masked = image.copy()
    cv2.rectangle(
        masked, (left, top + round(0.4 * float(side))), (right, bottom), (210, 215, 215), -1
    )
    return masked


def _is_hidden(image: Image, keypoints: Keypoints) -> bool:
    face = Detection(Box(175, 71, 104, 104), keypoints, 0.9)
    return AlignedFace(image, face, View(64)).is_mouth_hidden


@pytest.mark.parametrize(
    ("bgr", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 255), (53.24, 80.09, 67.20)),
        ((255, 0, 0), (32.30, 79.19, -107.86)),
        ((5, 5, 5), (1.37, 0, 0)),
    ],
)
def test_colors_are_those_of_the_standard(
    bgr: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    """L*a*b* of sRGB under D65, where it is a straight line as well."""
    planes = colors(np.full((112, 112, 3), bgr, np.uint8))
    assert planes.reshape(3, -1).mean(axis=1) == pytest.approx(lab, abs=0.05)


def test_a_mouth_that_can_be_seen_is_not_hidden(astronaut: Image, keypoints: Keypoints) -> None:
    """However far away the face is."""
    assert not _is_hidden(astronaut, keypoints)
    half = cv2.resize(astronaut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert not _is_hidden(np.asarray(half, np.uint8), np.asarray(keypoints / 2, np.float32))


def test_a_mouth_behind_a_sheet_of_paper_is_hidden(astronaut: Image, keypoints: Keypoints) -> None:
    """Nothing there has the colors of the forehead."""
    assert _is_hidden(_masked(astronaut, keypoints), keypoints)


def test_a_face_in_profile_hides_its_mouth(astronaut: Image) -> None:
    """Whatever can be seen of it."""
    assert _is_hidden(astronaut, _PROFILE)


def test_a_gray_picture_hides_no_mouth(astronaut: Image, keypoints: Keypoints) -> None:
    """An infrared camera shows no colors, and its faces are answered."""
    gray = cv2.cvtColor(cv2.cvtColor(astronaut, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert not _is_hidden(np.asarray(gray, np.uint8), keypoints)


def test_nothing_is_said_of_a_mouth_that_is_hidden(astronaut: Image, keypoints: Keypoints) -> None:
    """The other answers stay, and what grows around it is unknown; one frame that shows it is enough."""
    analyser = AttributeAnalyser(AttributeClassifier.load(model_path("attributes-lite")))

    def measured(image: Image) -> Weighted[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        face = AlignedFace(image, Detection(Box(175, 71, 104, 104), keypoints, 0.9), analyser.view)
        return Weighted(analyser.measure(face), 0.5)

    hidden, clear = measured(_masked(astronaut, keypoints)), measured(astronaut)
    nothing = analyser.decide([hidden], None, BALANCED)
    assert not nothing.attributes.keys() & MOUTH_LABELS
    assert len(nothing.attributes) == 40 - len(MOUTH_LABELS)
    assert nothing.facial_hair is None
    both = analyser.decide([hidden, clear], None, BALANCED)
    assert len(both.attributes) == 40
    smiling = analyser.classifier.card.names.index("Smiling")
    assert both.attributes["Smiling"].probability == pytest.approx(clear.evidence[smiling])


def test_a_probability_that_is_not_a_number_is_no_answer() -> None:
    """Neither yes nor no, and no beard is concluded from it."""
    card = read_card(model_path("attributes"))
    row = np.array([np.nan if name in MOUTH_LABELS else 0.9 for name in card.names], np.float32)
    decided = decide(row, card)
    assert decided.attributes.keys() == set(card.names) - MOUTH_LABELS
    assert decided.facial_hair is None
