"""From frames to faces: every burst gets one answer, with a reason when there is no usable face."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.config import PerceptionSettings
from device.errors import PerceptionStoppedError
from device.observation import Detection, FaceAttributes, Frame, Image, LeftOut, Reason
from device.perception import Judgement, Perception, Pipeline, open_perception
from device.perception.aligned_face import AlignedFace, View
from device.perception.detection import FaceDetector
from device.perception.quality import Gate
from tests.perception.conftest import frame

PLAIN = Judgement()


def test_the_portrait_smiles(perception: Perception, astronaut: Image) -> None:
    """One primary face, smiling, with her mouth open, without glasses and without a beard."""
    seen = perception.perceive([frame(astronaut)], PLAIN)
    (face,) = seen.faces
    assert seen.reason is None
    assert face.primary
    assert face.attributes["Smiling"].present
    assert face.attributes["Mouth_Slightly_Open"].present
    assert not face.attributes["Eyeglasses"].present
    assert face.facial_hair == "none"
    assert set(seen.timings) == {"detect", "align", "attributes", "facial_hair", "decide"}


@pytest.mark.parametrize(
    ("steps", "frames", "faces"),
    [
        (0, 0, 0),  # before the first frame
        (1, 1, 0),  # before the first face
        (2, 1, 1),  # before the second face
        (3, 1, 2),  # before the second frame
        (5, 2, 3),  # before the last face
    ],
)
def test_whoever_stops_a_burst_waits_for_one_frame_or_one_face(
    astronaut: Image, detector: FaceDetector, steps: int, frames: int, faces: int
) -> None:
    """Nothing is begun after that, and nothing is returned."""
    (face,) = detector.detect(astronaut)
    detected, measured = [], []

    def detect(image: Image) -> list[Detection]:
        detected.append(image)
        return [face, face]

    class Counting:
        name = "counting"

        def measure(self, face: AlignedFace) -> None:
            measured.append(face)

        def decide(self, *_: object) -> FaceAttributes:
            return FaceAttributes({}, None, None)

    asked = iter(range(100))
    tested = Pipeline(
        detect, [Counting()], gate=Gate(48, 0.2, 0.1), quality_view=View(96), max_faces=10
    )
    with pytest.raises(PerceptionStoppedError):
        tested.perceive([frame(astronaut)] * 2, PLAIN, (), lambda: next(asked) >= steps)
    assert (len(detected), len(measured)) == (frames, faces)


def test_the_document_of_a_face_has_its_keys_in_this_order(
    perception: Perception, astronaut: Image
) -> None:
    """They are the published interface, whichever analyser each comes from; docs/observation.md has them."""
    document = perception.perceive([frame(astronaut)], PLAIN).faces[0].to_json()
    assert list(document) == [
        "box",
        "keypoints",
        "score",
        "quality",
        "primary",
        "attributes",
        "hair_color",
        "facial_hair",
        "facial_hair_details",
    ]
    assert len(document["attributes"]) == 40
    assert list(document["attributes"]["Smiling"]) == ["probability", "present"]


def test_a_burst_is_one_face_not_many(perception: Perception, astronaut: Image) -> None:
    """Three frames of one person are one face."""
    seen = perception.perceive([frame(astronaut)] * 3, PLAIN)
    assert seen.face_count == len(seen.faces) == 1


def _invocations(perception: Perception, seen: Frame) -> list[tuple[str, int]]:
    return [
        (network.path.name.removeprefix("face_detection_").split(".")[0], times)
        for network, times in perception.invocations(seen)
        if times
    ]


def test_the_invocations_of_a_frame_are_those_that_it_causes(
    perception: Perception, astronaut: Image, coffee: Image
) -> None:
    """One look, and the face with its mirror image; or both detectors, and nothing to judge."""
    assert _invocations(perception, frame(astronaut)) == [("full_range", 1), ("attributes", 2)]
    assert _invocations(perception, frame(coffee)) == [("full_range_wide", 1), ("short_range", 1)]


def test_faces_that_are_too_small_to_be_judged_are_not_searched_for(perception: Perception) -> None:
    """With a minimum size of 160 pixels a frame of 1920x1080 is not divided, and so costs less."""
    large = frame(np.full((1080, 1920, 3), 110, np.uint8))
    near = open_perception(PerceptionSettings(min_face_size=160), "attributes")
    assert _invocations(perception, large) == [("full_range_wide", 7), ("short_range", 1)]
    assert _invocations(near, large) == [("full_range_wide", 1), ("short_range", 1)]


def test_a_picture_of_nobody_has_a_result(perception: Perception, coffee: Image) -> None:
    """No face gives the reason no_face and no faces."""
    seen = perception.perceive([frame(coffee)], PLAIN)
    assert (seen.reason, seen.faces, seen.face_count) == (Reason.NO_FACE, (), 0)


def test_a_face_too_small_is_counted_but_not_judged(astronaut: Image) -> None:
    """The face is there, and the node reports why it does not judge it."""
    strict = open_perception(PerceptionSettings(min_face_size=200), "attributes")
    seen = strict.perceive([frame(astronaut)], PLAIN)
    assert (seen.reason, seen.faces, seen.face_count) == (Reason.TOO_SMALL, (), 1)


def test_only_the_sharp_frame_of_a_burst_counts(perception: Perception, astronaut: Image) -> None:
    """A burst that is sharp in one frame is judged by that frame alone."""
    blurred = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 5), np.uint8)
    alone = perception.perceive([frame(astronaut)], PLAIN).faces[0]
    mixed = perception.perceive([frame(blurred), frame(astronaut), frame(blurred)], PLAIN).faces[0]
    assert mixed.attributes["Smiling"] == alone.attributes["Smiling"]


def test_two_people_have_one_primary_face(perception: Perception, astronaut: Image) -> None:
    """The nearer one is primary and first."""
    both = np.zeros((512, 900, 3), np.uint8)
    both[:, :512] = astronaut
    both[:340, 520:860] = cv2.resize(astronaut, (340, 340), interpolation=cv2.INTER_AREA)
    seen = perception.perceive([frame(both)], PLAIN)
    assert [face.primary for face in seen.faces] == [True, False]
    assert seen.faces[0].box.area > seen.faces[1].box.area
    assert seen.faces[0].box.x < 512


def test_the_same_face_keeps_what_it_showed(perception: Perception, astronaut: Image) -> None:
    """With hysteresis an attribute just below its threshold stays, when the face was there before."""
    first = perception.perceive([frame(astronaut)], Judgement(threshold_offset=-0.4))
    stays = {name for name, a in first.faces[0].attributes.items() if a.present}
    plain = perception.perceive([frame(astronaut)], PLAIN)
    sticky = perception.perceive([frame(astronaut)], Judgement(hysteresis=0.3), first.faces)
    present = [
        {name for name, a in seen.faces[0].attributes.items() if a.present}
        for seen in (plain, sticky)
    ]
    assert present[0] < present[1] <= stays | present[0]


def test_only_the_largest_faces_are_judged(astronaut: Image) -> None:
    """max_faces bounds the work of a crowded picture."""
    one = open_perception(PerceptionSettings(max_faces=1), "attributes")
    crowd = np.tile(astronaut, (2, 2, 1))
    assert len(one.perceive([frame(crowd)], PLAIN).faces) == 1


def test_faces_that_are_left_out_are_counted_and_have_a_reason(astronaut: Image) -> None:
    """Those beyond max_faces as well: nobody takes a crowd for ten people."""
    crowd = np.tile(astronaut, (2, 2, 1))
    small = np.asarray(cv2.resize(astronaut, (160, 160), interpolation=cv2.INTER_AREA), np.uint8)
    crowd[:160, 340:500] = small
    three = open_perception(PerceptionSettings(max_faces=3), "attributes")
    seen = three.perceive([frame(crowd)] * 2, PLAIN)
    assert (len(seen.faces), seen.face_count, seen.reason) == (3, 3 + len(seen.unjudged), None)
    assert [face.reason for face in seen.unjudged] == [LeftOut.TOO_MANY] * len(seen.unjudged)
    strict = open_perception(PerceptionSettings(max_faces=3, min_face_size=400), "attributes")
    seen = strict.perceive([frame(crowd)], PLAIN)
    assert seen.reason is Reason.TOO_SMALL
    assert [face.reason for face in seen.unjudged[:4]] == [
        *[LeftOut.TOO_SMALL] * 3,
        LeftOut.TOO_MANY,
    ]
