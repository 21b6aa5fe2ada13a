"""What enrolment is told about the faces of a picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.config import PerceptionSettings
from device.observation import Frame, Image
from device.people.gallery import Gallery
from device.people.hygiene import Flaw
from device.perception import Perception, open_perception
from device.perception.examination import Examiner, open_examiner, reference_of


@pytest.fixture(scope="module")
def examiner() -> Examiner:
    """With the shipped networks and limits."""
    settings = PerceptionSettings()
    return open_examiner(open_perception(settings, gallery=Gallery.empty), settings)


def flaw(examiner: Examiner, image: Image) -> Flaw | None:
    """Return what is wrong with the only face of a picture."""
    (candidate,) = examiner.examine(image)
    return candidate.refusal.flaw if candidate.refusal else None


def test_a_good_portrait_has_one_usable_face(examiner: Examiner, astronaut: Image) -> None:
    """Its quality goes into the gallery."""
    (candidate,) = examiner.examine(astronaut)
    assert candidate.refusal is None
    assert 0.5 < candidate.quality <= 1


def test_a_picture_without_a_face_has_no_candidate(examiner: Examiner, coffee: Image) -> None:
    """Also at the lower score, at which it is looked at again."""
    assert not examiner.examine(coffee)


def test_a_small_face_is_refused_with_its_size(examiner: Examiner, astronaut: Image) -> None:
    """What others are compared with should show more than what is compared."""
    half = cv2.resize(astronaut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = np.asarray(half, np.uint8)
    (candidate,) = examiner.examine(small)
    assert candidate.refusal is not None
    assert candidate.refusal.flaw is Flaw.TOO_SMALL
    assert "80 are needed; come closer" in candidate.refusal.explanation


def test_a_blurred_face_is_refused(examiner: Examiner, astronaut: Image) -> None:
    """With what to do about it."""
    assert (
        flaw(examiner, np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 6), np.uint8))
        is Flaw.TOO_BLURRED
    )


def test_a_dark_face_is_refused(examiner: Examiner, astronaut: Image) -> None:
    """It would look like any other dark face."""
    assert flaw(examiner, np.asarray(astronaut * 0.08, np.uint8)) is Flaw.TOO_DARK


def test_perception_without_a_gallery_cannot_examine(perception: Perception) -> None:
    """It has no embeddings."""
    with pytest.raises(ValueError, match="recognises nobody"):
        open_examiner(perception, PerceptionSettings())


def test_what_a_burst_shows_may_become_a_reference_where_enrolment_would_take_it(
    astronaut: Image,
) -> None:
    """The same embedding and quality; the best frame counts, and a small face does not."""
    settings = PerceptionSettings()
    perception = open_perception(settings, gallery=Gallery.empty)
    blurred = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 1.5), np.uint8)
    (person,) = perception.perceive([Frame(blurred), Frame(astronaut)]).people
    found = reference_of(person.track)
    (candidate,) = open_examiner(perception, settings).examine(astronaut)
    assert found is not None
    assert found.quality == pytest.approx(candidate.quality)
    assert found.embedding @ candidate.embedding == pytest.approx(1)
    half = cv2.resize(astronaut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    (person,) = perception.perceive([Frame(np.asarray(half, np.uint8))]).people
    assert reference_of(person.track) is None
