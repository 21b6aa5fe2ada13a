"""From the frames of a burst to the faces of an observation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from device.networks.card import ZOO, Aim, ModelCard
from device.observation import Attribute, Box, Detection, Face, Frame, Image, Reason
from device.perception.analysers.attributes import AttributeClassifier, decide
from device.perception.detection import FaceDetector
from device.perception.quality import Gate, measure
from device.perception.runtime import Network
from device.perception.tracking import Sample, Track, confirmed, iou, track

# A face that overlaps one of the observation before by this much is taken for the same person.
_SAME_PERSON_IOU = 0.3


@dataclass(frozen=True, slots=True)
class Judgement:
    """How probabilities become decisions; see attributes.decide."""

    aim: Aim = "balanced"
    threshold_offset: float = 0.0
    hysteresis: float = 0.0


@dataclass(frozen=True, slots=True)
class Perceived:
    """What a burst shows.

    Attributes:
        faces: the usable ones, the primary face first, then by falling area.
        face_count: how many faces were seen, usable or not.
        reason: why none is usable; None when one is.
        timings: milliseconds by stage, summed over the burst.
        best_frame: the one in which the primary face is seen best, or the newest; an index into the burst.
    """

    faces: tuple[Face, ...]
    face_count: int
    reason: Reason | None
    timings: Mapping[str, float]
    best_frame: int = -1


class Perception:
    """Detector, aligner, classifier and vote in a row. One thread makes it and uses it.

    Args:
        model: the attribute network's .tflite file.
        min_score: the least score of a face, 0..1.
        gate: the least quality that is judged.
        max_faces: how many faces of a frame are judged, the largest first.
        threads: CPU threads of an invocation.

    Raises:
        ModelError: a network or its JSON is missing or damaged.
    """

    def __init__(
        self, model: Path, *, min_score: float, gate: Gate, max_faces: int = 10, threads: int = 1
    ) -> None:
        self._detector = FaceDetector(ZOO, min_score, threads)
        self._classifier = AttributeClassifier(model, threads)
        self._gate = gate
        self._max_faces = max_faces

    @property
    def card(self) -> ModelCard:
        """What the attribute network's numbers mean."""
        return self._classifier.card

    def invocations_per_face(self) -> list[tuple[Network, int]]:
        """Return the networks, and how often each runs for a frame with one face."""
        classifier = self._classifier
        views = 2 if classifier.card.flip_average else 1
        return [*((network, 1) for network in self._detector.networks), (classifier.network, views)]

    def perceive(
        self, frames: Sequence[Frame], judgement: Judgement, previous: Sequence[Face] = ()
    ) -> Perceived:
        """Say what a burst of at least one frame shows.

        Args:
            frames: in the order of time.
            judgement: how probabilities become decisions.
            previous: the faces of a moment ago, for hysteresis.
        """
        clock = _StageClock()
        samples = [list(self._samples(i, frame.image, clock)) for i, frame in enumerate(frames)]
        with clock.stage("decide"):
            people = confirmed(track(samples), len(frames))
            usable = [person for person in people if person.is_usable]
            faces = tuple(
                self._face(person, judgement, previous, primary=i == 0)
                for i, person in enumerate(usable)
            )
            reason = None if faces else _reason(people)
            best_frame = usable[0].best.frame if usable else -1
        return Perceived(faces, len(people), reason, clock.milliseconds, best_frame)

    def _samples(self, frame: int, image: Image, clock: _StageClock) -> Iterator[Sample]:
        with clock.stage("detect"):
            found = sorted(self._detector.detect(image), key=lambda d: -d.box.area)
        for detection in found[: self._max_faces]:
            yield self._sample(frame, image, detection, clock)

    def _sample(self, frame: int, image: Image, detection: Detection, clock: _StageClock) -> Sample:
        with clock.stage("align"):
            crop = self._classifier.crop(image, detection.keypoints)
            quality = measure(detection, crop)
        refused = self._gate.refuse(quality)
        if refused is not None:
            return Sample(frame, detection, quality, refused, None)
        with clock.stage("attributes"):
            probabilities = self._classifier.probabilities(crop)
        return Sample(frame, detection, quality, None, probabilities)

    def _face(
        self, person: Track, judgement: Judgement, previous: Sequence[Face], *, primary: bool
    ) -> Face:
        best = person.best
        decision = decide(
            person.probabilities(),
            self.card,
            aim=judgement.aim,
            threshold_offset=judgement.threshold_offset,
            hysteresis=judgement.hysteresis,
            previous=_attributes_before(best.detection.box, previous),
        )
        return Face(
            box=best.detection.box,
            keypoints=best.detection.keypoints,
            score=best.detection.score,
            quality=best.quality.score,
            primary=primary,
            attributes=decision.attributes,
            hair_color=decision.hair_color,
            facial_hair=decision.facial_hair,
        )


class _StageClock:
    def __init__(self) -> None:
        self.milliseconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.milliseconds[name] += (perf_counter() - start) * 1000


def _attributes_before(box: Box, previous: Sequence[Face]) -> Mapping[str, Attribute] | None:
    same = max(previous, key=lambda face: iou(face.box, box), default=None)
    if same is None or iou(same.box, box) < _SAME_PERSON_IOU:
        return None
    return same.attributes


def _reason(people: Sequence[Track]) -> Reason:
    """Why nobody can be judged: what is wrong with the largest face."""
    return (people[0].best.refused or Reason.NO_FACE) if people else Reason.NO_FACE
