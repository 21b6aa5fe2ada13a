"""Somebody whom the node knows is named even where the detector is in doubt; nothing else is said of such a face."""

from __future__ import annotations

import numpy as np
import pytest

from device.config import PerceptionSettings
from device.observation import Image, Reason
from device.people.gallery import Gallery
from device.people.identity import Identity, Recognition
from device.perception import Perceived, Perception, open_perception
from device.perception.aligned_face import AlignedFace
from device.perception.detection import FaceDetector
from device.perception.embedder import Embedder
from tests.people.faces import axis, gallery
from tests.perception.conftest import frame, full_range_looks

# So high that the detector is not certain of the portrait.
_DOUBTING = PerceptionSettings(detector_score=0.95)


@pytest.fixture(scope="module")
def astronauts(astronaut: Image) -> Gallery:
    """A gallery that knows the astronaut."""
    embedder = Embedder.load()
    (face,) = FaceDetector.load().detect(astronaut)
    crop = AlignedFace(astronaut, face, embedder.view).crop(embedder.view)
    return gallery(Eileen=[embedder.embed(crop).embedding])


def _doubting(people: Gallery) -> Perception:
    return open_perception(_DOUBTING, gallery=lambda: people)


def _seen(people: Gallery, *images: Image) -> Perceived:
    return _doubting(people).perceive([frame(image) for image in images])


def test_whoever_is_known_is_named_and_nothing_else_is_said(
    astronaut: Image, astronauts: Gallery
) -> None:
    """The face is there, and it is hers; attributes and facial hair are for faces that are certain."""
    seen = _seen(astronauts, astronaut)
    (face,) = seen.faces
    assert (seen.face_count, seen.reason) == (1, None)
    assert face.primary
    identity = face.facts["recognition"]
    assert isinstance(identity, Identity)
    assert identity.result is Recognition.KNOWN
    assert [person.name for person in identity.people] == ["Eileen"]
    document = face.to_json()
    assert document["attributes"] == {}
    assert document["hair_color"] is None
    assert document["facial_hair"] is None


def test_a_doubtful_face_that_nobody_knows_is_none(astronaut: Image) -> None:
    """Neither a stranger nor a face that cannot be used: it may be a curtain."""
    seen = _seen(gallery(Somebody=[axis(0)]), astronaut)
    assert (seen.faces, seen.face_count, seen.reason) == ((), 0, Reason.NO_FACE)


def test_only_the_newest_frame_is_looked_at_again(
    astronaut: Image, coffee: Image, astronauts: Gallery
) -> None:
    """An empty burst costs one look more, however long it is."""
    assert _seen(astronauts, coffee, astronaut).best_frame == 1
    assert _seen(astronauts, astronaut, coffee).reason is Reason.NO_FACE


def test_where_nobody_is_enrolled_nobody_is_looked_for_again(coffee: Image) -> None:
    """It would take twice the time, for nothing."""
    looks = []
    for people in (gallery(), gallery(Somebody=[axis(0)])):
        tested = _doubting(people)
        tested.perceive([frame(coffee)])
        looks.append(full_range_looks(tested.detector))
    assert looks == [1, 2]


def test_a_certain_face_is_looked_at_once(astronaut: Image, astronauts: Gallery) -> None:
    """And described as ever."""
    tested = open_perception(gallery=lambda: astronauts)
    (face,) = tested.perceive([frame(astronaut)]).faces
    assert full_range_looks(tested.detector) == 1
    assert len(face.attributes) == 40
    assert not np.isnan([each.probability for each in face.attributes.values()]).any()
