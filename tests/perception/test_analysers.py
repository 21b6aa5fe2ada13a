"""A second analyser: what the pipeline does with one that it does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from device.observation import (
    Box,
    Detection,
    Face,
    FaceAttributes,
    Fact,
    Image,
    Observation,
    Source,
)
from device.perception import Judgement, Perceived, Perception, Pipeline, open_perception
from device.perception.aligned_face import AlignedFace, View
from device.perception.analysers.analyser import FaceAnalyser, Weighted
from device.perception.detection import FaceDetector
from device.perception.quality import Gate
from tests.perception.conftest import frame

PLAIN = Judgement()


@dataclass(frozen=True)
class Warmth:
    """How much more red than blue there is in a face, and how often it was found in a row."""

    red: float
    times: int

    def to_json(self) -> Mapping[str, object]:
        """Return the fact under its own key."""
        return {"warmth": {"red": round(self.red, 2), "times": self.times}}


class WarmthAnalyser:
    """Shows all that an analyser needs."""

    name = "warmth"

    def measure(self, face: AlignedFace) -> float:
        """Return red less blue, -255..255."""
        blue, _, red = face.crop(View(side=32)).mean(axis=(0, 1))
        return float(red - blue)

    def decide(
        self, evidence: Sequence[Weighted[float]], before: Warmth | None, judgement: Judgement
    ) -> Warmth:
        """Return the mean, and one more than before."""
        del judgement
        red = np.average([w.evidence for w in evidence], weights=[w.weight for w in evidence])
        return Warmth(float(red), 1 if before is None else before.times + 1)


class Silent:
    """An analyser whose fact stays in the node."""

    name = "silent"

    class Fact:
        """Is not part of the document."""

        def to_json(self) -> Mapping[str, object]:
            """Return nothing."""
            return {}

    def measure(self, face: AlignedFace) -> None:
        """Measure nothing."""

    def decide(
        self, evidence: Sequence[Weighted[None]], before: Fact | None, judgement: Judgement
    ) -> Fact:
        """Decide nothing."""
        del evidence, before, judgement
        return self.Fact()


def pipeline(
    detector: FaceDetector,
    *analysers: FaceAnalyser[float, Warmth] | FaceAnalyser[None, Silent.Fact],
) -> Pipeline:
    """Return a pipeline of other analysers than the shipped one."""
    return Pipeline(
        detector.detect, analysers, gate=Gate(48, 0.2, 0.1), quality_view=View(96), max_faces=10
    )


def document_of(seen: Perceived) -> dict[str, object]:
    """Return the first face of the observation's JSON."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    observation = Observation(
        "hall",
        Source.BUTTON,
        moment,
        moment,
        seen.reason,
        seen.faces,
        seen.face_count,
        seen.timings,
    )
    face: dict[str, object] = json.loads(json.dumps(observation.to_json()))["faces"][0]
    return face


def test_a_second_analyser_needs_nothing_but_a_place_in_the_list(
    perception: Perception, detector: FaceDetector, astronaut: Image
) -> None:
    """Its fact arrives in the observation, in its JSON and, as a stage, in the timings; the first one is as before."""
    alone = open_perception(facial_hair=False).perceive([frame(astronaut)], PLAIN)
    both = Pipeline(
        detector.detect,
        [perception.attributes, WarmthAnalyser()],
        gate=Gate(48, 0.2, 0.1),
        quality_view=perception.attributes.view,
        max_faces=10,
    ).perceive([frame(astronaut)] * 2, PLAIN)
    (face,) = both.faces
    fact = face.fact(Warmth)
    assert fact is not None
    assert fact.red > 10
    assert face.hair_color == alone.faces[0].hair_color
    assert set(both.timings) == {"detect", "align", "attributes", "warmth", "decide"}
    document = document_of(both)
    assert document.pop("warmth") == {"red": round(fact.red, 2), "times": 1}
    assert document == document_of(alone)


def test_an_analyser_is_handed_to_what_loads_the_shipped_ones(
    perception: Perception, astronaut: Image
) -> None:
    """All else is as without it."""
    (alone,) = perception.perceive([frame(astronaut)]).faces
    (face,) = open_perception(analysers=[WarmthAnalyser()]).perceive([frame(astronaut)]).faces
    assert list(face.facts) == ["attributes", "facial_hair", "warmth"]
    assert face.quality == alone.quality
    assert face.attributes == alone.attributes


def test_an_analyser_is_given_its_own_fact_of_before(
    detector: FaceDetector, astronaut: Image
) -> None:
    """The one of the same person, and none where somebody else stood."""
    tested = pipeline(detector, Silent(), WarmthAnalyser())
    first = tested.perceive([frame(astronaut)], PLAIN)
    second = tested.perceive([frame(astronaut)], PLAIN, first.faces)
    moved = np.roll(astronaut, 200, axis=1)
    third = tested.perceive([frame(moved)], PLAIN, second.faces)
    assert [times(seen) for seen in (first, second, third)] == [1, 2, 1]


def times(seen: Perceived) -> int:
    """Return how often the one face was found in a row."""
    (face,) = seen.faces
    fact = face.fact(Warmth)
    assert fact is not None
    return fact.times


def test_a_fact_without_a_key_is_not_in_the_document(
    detector: FaceDetector, astronaut: Image
) -> None:
    """It stays in the node, where whoever knows its class finds it."""
    seen = pipeline(detector, Silent()).perceive([frame(astronaut)], PLAIN)
    assert set(document_of(seen)) == {"box", "keypoints", "score", "quality", "primary"}
    assert seen.faces[0].fact(Silent.Fact) is not None
    assert seen.faces[0].fact(FaceAttributes) is None
    assert (seen.faces[0].attributes, seen.faces[0].hair_color) == ({}, None)


def test_a_burst_weighs_each_measurement_by_the_quality_of_its_frame(
    detector: FaceDetector, astronaut: Image
) -> None:
    """What was measured on a worse frame counts for less, and on a rejected one not at all."""
    blurred = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 5), np.uint8)
    blue = np.ascontiguousarray(astronaut[..., ::-1])
    tested = pipeline(detector, WarmthAnalyser())
    sharp = tested.perceive([frame(astronaut)], PLAIN).faces[0].fact(Warmth)
    assert tested.perceive([frame(astronaut), frame(blurred)], PLAIN).faces[0].fact(Warmth) == sharp
    mixed = tested.perceive([frame(astronaut), frame(blue)], PLAIN).faces[0].fact(Warmth)
    assert sharp is not None
    assert mixed is not None
    assert abs(mixed.red) < sharp.red / 4


def test_a_crop_is_cut_once_for_all_who_want_it(astronaut: Image) -> None:
    """And each who wants another gets another."""
    keypoints = np.array(
        [[205, 102], [247, 104], [225, 127], [225, 144], [185, 114], [274, 118]], np.float32
    )
    face = AlignedFace(astronaut, Detection(Box(175, 71, 104, 104), keypoints, 0.9), View(64))
    assert face.quality.size == pytest.approx(104)
    assert face.crop(View(64)) is face.crop(View(64, 1.0))
    assert face.crop(View(64, 1.2)).shape == (64, 64, 3)
    assert face.crop(View(96)).shape == (96, 96, 3)


def test_a_face_finds_its_facts_by_their_class() -> None:
    """Whatever the analysers are called."""
    attributes, warmth = FaceAttributes({}, "gray", None), Warmth(1.0, 1)
    facts: dict[str, Fact] = {"one": warmth, "two": attributes}
    face = Face(Box(0, 0, 1, 1), np.zeros((6, 2), np.float32), 0.9, 0.8, primary=True, facts=facts)
    assert face.fact(FaceAttributes) is attributes
    assert face.fact(Warmth) is warmth
    assert face.hair_color == "gray"
