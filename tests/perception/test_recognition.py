"""The recognition network on real pictures: what it says, and when it says nothing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import ModelError
from device.networks.files import ZOO
from device.networks.recognition_card import RECOGNITION_NETWORK
from device.observation import Image
from device.people.gallery import Gallery
from device.people.identity import Identity, Recognition
from device.perception import Perception, open_perception
from device.perception.aligned_face import AlignedFace
from device.perception.alignment import CANONICAL, RECOGNITION, align, eye_and_mouth_distance
from device.perception.arithmetic import in_plane
from device.perception.detection import FaceDetector
from device.perception.embedder import Embedder
from device.perception.eyes import eye_brightness
from device.perception.mouth import is_mouth_hidden
from device.perception.visibility import turn
from tests.mappings import resident_bytes
from tests.people.faces import gallery
from tests.perception.conftest import frame


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The shipped network."""
    return Embedder.load()


@pytest.fixture(scope="module")
def crop(astronaut: Image, detector: FaceDetector, embedder: Embedder) -> Image:
    """The portrait's face as the network sees it."""
    (face,) = detector.detect(astronaut)
    return AlignedFace(astronaut, face, embedder.view).crop(embedder.view)


def test_an_embedding_is_a_unit_vector(embedder: Embedder, crop: Image) -> None:
    """Products of two are cosines."""
    embedded = embedder.embed(crop)
    assert embedded.embedding.shape == (192,)
    assert np.linalg.norm(embedded.embedding) == pytest.approx(1, abs=1e-5)


def test_a_face_and_its_mirror_image_are_one(embedder: Embedder, crop: Image) -> None:
    """Both are averaged, whichever comes first."""
    mirrored = np.ascontiguousarray(crop[:, ::-1])
    assert embedder.embed(crop).embedding @ embedder.embed(mirrored).embedding > 0.999


def test_a_face_in_another_size_and_light_is_the_same(
    astronaut: Image, detector: FaceDetector, embedder: Embedder, crop: Image
) -> None:
    """Smaller by half, and darker."""
    small = cv2.resize(astronaut, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    dark = np.asarray(small * 0.6, np.uint8)
    (face,) = detector.detect(dark)
    other = AlignedFace(dark, face, embedder.view).crop(embedder.view)
    assert embedder.embed(crop).embedding @ embedder.embed(other).embedding > 0.8


def test_what_is_no_face_has_a_short_output(embedder: Embedder, crop: Image) -> None:
    """A face that is covered leaves the network little to say."""
    covered = crop.copy()
    covered[30:] = 90
    assert embedder.embed(covered).length < 0.8 * embedder.embed(crop).length


def test_a_network_that_does_not_fit_its_card_is_refused(tmp_path: Path) -> None:
    """Both belong to one export."""
    network = tmp_path / "recognition.tflite"
    network.write_bytes((ZOO / "face_detection_short_range.tflite").read_bytes())
    (tmp_path / "recognition.json").write_bytes((ZOO / "recognition.json").read_bytes())
    with pytest.raises(ModelError, match=r"is not the network that recognition\.json describes"):
        Embedder.load(network)


def test_a_node_that_recognises_nobody_loads_no_network(perception: Perception) -> None:
    """And no face has an embedding."""
    assert perception.recognition is None


def test_a_person_is_recognised_in_another_picture(
    astronaut: Image, embedder: Embedder, crop: Image
) -> None:
    """Through the whole pipeline, with the name in the face's JSON."""
    known = gallery(Ada=[embedder.embed(crop).embedding])
    seen = open_perception(gallery=lambda: known).perceive([frame(astronaut[:, ::-1].copy())])
    assert seen.faces[0].to_json()["person"]["name"] == "Ada"
    assert "recognition" in seen.timings


def test_a_stranger_is_unknown(astronaut: Image, embedder: Embedder, crop: Image) -> None:
    """Whoever is enrolled looks otherwise."""
    other = embedder.embed(np.ascontiguousarray(crop[::-1])).embedding
    known = gallery(Ada=[other])
    seen = open_perception(gallery=lambda: known).perceive([frame(astronaut)])
    identity = seen.faces[0].fact(Identity)
    assert identity is not None
    assert identity.result is Recognition.UNKNOWN


def test_a_mask_covers_a_face(astronaut: Image, detector: FaceDetector, crop: Image) -> None:
    """Nobody who wears one is called a stranger; a bare face is not covered."""
    (face,) = detector.detect(astronaut)
    (right, left, nose, mouth) = face.keypoints[:4].astype(np.float64)
    across, down = left - right, mouth - (left + right) / 2
    corners = [nose + across * x + down * y for x, y in ((-1, -0.1), (0, -0.3), (1, -0.1))]
    corners += [mouth + across * x + down * y for x, y in ((0.7, 0.4), (0, 0.8), (-0.7, 0.4))]
    assert not is_mouth_hidden(crop, face.keypoints)
    for color in ((225, 228, 230), (190, 165, 120), (25, 22, 20)):
        worn = astronaut.copy()
        cv2.fillPoly(worn, [np.round(corners).astype(np.int32)], color)
        seen = open_perception(gallery=Gallery.empty).perceive([frame(worn)])
        identity = seen.faces[0].fact(Identity)
        assert identity is not None
        assert identity.result is Recognition.COVERED


def test_sunglasses_cover_a_face(astronaut: Image, detector: FaceDetector) -> None:
    """Nobody who wears them is called a stranger; dark bars are glasses to the attribute network too."""
    (face,) = detector.detect(astronaut)
    right, left = face.keypoints[0], face.keypoints[1]
    worn = astronaut.copy()
    half = float(left[0] - right[0]) / 2
    for eye in (right, left):
        centre = round(float(eye[0])), round(float(eye[1]))
        cv2.ellipse(
            worn, centre, (round(half * 0.85), round(half * 0.6)), 0, 0, 360, (15, 15, 15), -1
        )
    bridge = round(float(right[0])), round(float(right[1]))
    cv2.line(worn, bridge, (round(float(left[0])), round(float(left[1]))), (15, 15, 15), 4)
    seen = open_perception(gallery=Gallery.empty).perceive([frame(worn)])
    identity = seen.faces[0].fact(Identity)
    assert identity is not None
    assert identity.result is Recognition.COVERED


def test_eyes_are_as_bright_as_cheeks_without_glasses(crop: Image) -> None:
    """Far above what counts as covered."""
    assert eye_brightness(crop) > 0.7


def test_a_turned_face_is_measured_by_its_nose() -> None:
    """In distances between the eyes; whichever way the head is tilted."""
    frontal = np.array([[0, 0], [10, 0], [5, 6], [5, 12], [-4, 2], [14, 2]], np.float32)
    away = frontal + np.array([[0, 0], [0, 0], [6, 0], [3, 0], [0, 0], [0, 0]], np.float32)
    tilted = away @ np.array([[0, 1], [-1, 0]], np.float32)
    assert turn(frontal) == pytest.approx(0)
    assert turn(away) == pytest.approx(0.6)
    assert turn(tilted) == pytest.approx(0.6, abs=1e-6)


def test_a_profile_does_not_come_out_larger_than_a_frontal_face() -> None:
    """Its eyes are near to each other, but its mouth is as far from them as before."""
    frontal = np.array([[40, 40], [80, 40], [60, 62], [60, 87], [30, 45], [90, 45]], np.float32)
    profile = frontal.copy()
    profile[:2, 0] = [52, 66]
    marked = np.zeros((130, 130, 3), np.uint8)
    marked[87, 60] = 255  # the mouth
    marked[40, 60] = 255  # between the eyes

    def height(keypoints: np.ndarray) -> float:
        rows = np.flatnonzero(align(marked, keypoints, 112, 1.0, RECOGNITION).max(axis=(1, 2)) > 40)
        return float(rows[-1] - rows[0])

    assert height(profile) == pytest.approx(height(frontal), abs=3)


def test_the_two_distances_of_a_framing_are_those_of_its_points() -> None:
    """Between the eyes, and from there to the mouth; the recognition crop shows the face larger."""
    eyes, mouth = eye_and_mouth_distance(in_plane(RECOGNITION.template))
    canonical_eyes, _ = eye_and_mouth_distance(in_plane(CANONICAL.template))
    assert eyes == pytest.approx(0.315, abs=1e-3)
    assert mouth == pytest.approx(0.363, abs=1e-3)
    assert eyes > canonical_eyes


def test_the_weights_are_in_memory_once() -> None:
    """As TFLite has laid them out; the file's pages are let go of."""
    loaded = Embedder.load()
    assert loaded.network.invocations == 0
    assert resident_bytes(RECOGNITION_NETWORK) < RECOGNITION_NETWORK.stat().st_size / 2
