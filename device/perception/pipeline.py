"""From the frames of a burst to the faces of an observation, whatever is analysed on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np

from device.errors import PerceptionStoppedError
from device.observation import (
    Box,
    Detection,
    Face,
    Frame,
    Image,
    LeftOut,
    Reason,
    UnjudgedFace,
)
from device.perception.aligned_face import AlignedFace, View
from device.perception.analysers.analyser import FaceAnalyser, Judgement
from device.perception.overlap import corners, iou
from device.perception.quality import Gate
from device.perception.tracking import Sample, Track, confirmed, track

__all__ = ["Judgement", "Perceived", "Person", "Pipeline", "SecondLook"]

# A face that overlaps one of the observation before by this much is taken for the same person.
_SAME_PERSON_IOU = 0.3

Detect: TypeAlias = Callable[[Image], Sequence[Detection]]
"""Finds the faces in a picture, (H, W, 3) uint8 BGR; see FaceDetector.detect."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be judged: all that a decision rests on, without a pixel of them.

    Attributes:
        track: where they were seen, how well, and what was measured.
        before: what was decided about them a moment ago, by the analyser's name; empty if nothing was.
    """

    track: Track
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Perceived:
    """What a burst shows.

    Attributes:
        faces: the usable ones, the primary face first, then by falling area.
        face_count: how many faces were seen, usable or not.
        reason: why none is usable; None when one is.
        timings: milliseconds by stage, summed over the burst.
        best_frame: the one in which the primary face is seen best, or the newest; an index into the burst.
        people: of each face, whose it is; for Pipeline.reconsider.
        unjudged: the other faces that were seen, by falling area.
    """

    faces: tuple[Face, ...]
    face_count: int
    reason: Reason | None
    timings: Mapping[str, float]
    best_frame: int = -1
    people: tuple[Person, ...] = ()
    unjudged: tuple[UnjudgedFace, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What is tried where a burst shows nobody; a face that only this finds counts if its facts confirm it.

    Attributes:
        detect: finds faces that are otherwise too doubtful.
        is_wanted: whether any of them could be confirmed now.
        confirms: whether the facts about a face, by the analysers' names, show that it is one.
    """

    detect: Detect
    is_wanted: Callable[[], bool]
    confirms: Callable[[Mapping[str, Any]], bool]


class Pipeline:
    """Detects, aligns, analyses and decides. One thread at a time uses it.

    Args:
        detect: finds the faces of a frame.
        analysers: whatever is to be found out about a face; they run and appear in JSON in this order.
        gate: the minimum quality that is judged.
        quality_view: the crop on which quality is measured.
        max_faces: how many faces of a frame are judged, the largest first.
        second_look: for bursts that show nobody.
    """

    def __init__(
        self,
        detect: Detect,
        analysers: Sequence[FaceAnalyser[Any, Any]],
        *,
        gate: Gate,
        quality_view: View,
        max_faces: int,
        second_look: SecondLook | None = None,
    ) -> None:
        self._detect = detect
        self._analysers = analysers
        self._gate = gate
        self._quality_view = quality_view
        self._max_faces = max_faces
        self._second_look = second_look
        self.stage_clock: Callable[[], StageClock] = StageClock
        """Makes what measures a burst; `facet bench` has one that measures memory as well."""

    def perceive(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face] = (),
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Perceived:
        """Return what a burst of at least one frame shows.

        Args:
            frames: in the order of time.
            judgement: how cautious decisions are; handed on to every analyser.
            previous: the faces of a moment ago, whose facts decisions may take into account.
            should_stop: asked before each frame and each face: one of these is all that a stop may have to wait for.

        Raises:
            PerceptionStoppedError: should_stop returned True.
        """
        clock = self.stage_clock()
        samples = [
            list(self._samples(i, frame.image, self._detect, clock, should_stop))
            for i, frame in enumerate(frames)
        ]
        with clock.stage("decide"):
            tracks = confirmed(track(samples), len(frames))
        if not tracks:
            tracks = self._look_again(frames, judgement, clock, should_stop)
        with clock.stage("decide"):
            people = tuple(
                Person(each, _facts_before(each.best.detection.box, previous))
                for each in tracks
                if each.is_usable
            )
            faces = self._faces(people, judgement)
            reason = None if faces else _reason(tracks)
            best_frame = people[0].track.best.frame if people else -1
            unjudged = tuple(_unjudged(each) for each in tracks if not each.is_usable)
        return Perceived(
            faces, len(tracks), reason, clock.milliseconds, best_frame, people, unjudged
        )

    def reconsider(self, seen: Perceived, judgement: Judgement) -> Perceived:
        """Return what a burst would have shown with another judgement; nothing is measured for it.

        Args:
            seen: what it did show.
            judgement: how cautious decisions are now.
        """
        return replace(seen, faces=self._faces(seen.people, judgement))

    def _samples(
        self,
        frame: int,
        image: Image,
        detect: Detect,
        clock: StageClock,
        should_stop: Callable[[], bool],
        *,
        are_doubtful: bool = False,
    ) -> Iterator[Sample]:
        _require_wanted(should_stop)
        with clock.stage("detect"):
            found = sorted(detect(image), key=lambda detection: -detection.box.area)
        for detection in found[: self._max_faces]:
            _require_wanted(should_stop)
            face = AlignedFace(image, detection, self._quality_view, is_doubtful=are_doubtful)
            yield self._sample(frame, face, clock)
        for detection in found[self._max_faces :]:
            yield Sample(frame, detection, None, None, {})

    def _look_again(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        clock: StageClock,
        should_stop: Callable[[], bool],
    ) -> list[Track]:
        """Return whom only a second look finds, at the newest frame alone: an empty burst may cost one look more."""
        again = self._second_look
        if again is None or not again.is_wanted():
            return []
        newest = len(frames) - 1
        samples = self._samples(
            newest, frames[newest].image, again.detect, clock, should_stop, are_doubtful=True
        )
        people = [Person(Track([sample]), {}) for sample in samples if sample.is_judged]
        with clock.stage("decide"):
            return [
                person.track
                for person in people
                if again.confirms(self._face(person, judgement, primary=False).facts)
            ]

    def _sample(self, frame: int, face: AlignedFace, clock: StageClock) -> Sample:
        with clock.stage("align"):
            quality = face.quality
        rejected = self._gate.reject(quality)
        if rejected is None:
            for analyser in self._analysers:
                with clock.stage(analyser.name):
                    face.measured[analyser.name] = analyser.measure(face)
        return Sample(frame, face.detection, quality, rejected, face.measured)

    def _faces(self, people: Sequence[Person], judgement: Judgement) -> tuple[Face, ...]:
        return tuple(
            self._face(person, judgement, primary=i == 0) for i, person in enumerate(people)
        )

    def _face(self, person: Person, judgement: Judgement, *, primary: bool) -> Face:
        best = person.track.best
        return Face(
            box=best.detection.box,
            keypoints=best.detection.keypoints,
            score=best.detection.score,
            quality=best.score,
            primary=primary,
            facts={
                analyser.name: analyser.decide(
                    person.track.evidence(analyser.name),
                    person.before.get(analyser.name),
                    judgement,
                )
                for analyser in self._analysers
            },
        )


def _require_wanted(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        message = "whoever asked for this burst does not want the answer any more"
        raise PerceptionStoppedError(message)


class StageClock:
    """Sums up what each stage takes.

    Attributes:
        milliseconds: by stage.
    """

    def __init__(self) -> None:
        self.milliseconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.milliseconds[name] += (perf_counter() - start) * 1000


def _facts_before(box: Box, previous: Sequence[Face]) -> Mapping[str, Any]:
    """Return the facts about the person who was at this place a moment ago; empty if nobody was."""
    if not previous:
        return {}
    overlaps = iou(corners(box)[0], corners(*(face.box for face in previous)))
    nearest = int(np.argmax(overlaps))
    return previous[nearest].facts if overlaps[nearest] >= _SAME_PERSON_IOU else {}


def _reason(tracks: Sequence[Track]) -> Reason:
    """Return why nobody can be judged: what is wrong with the largest face that was measured."""
    reasons = (each.best.rejected for each in tracks)
    return next((reason for reason in reasons if reason is not None), Reason.NO_FACE)


def _unjudged(left: Track) -> UnjudgedFace:
    best = left.best
    reason = LeftOut.TOO_MANY if best.rejected is None else LeftOut(best.rejected)
    return UnjudgedFace(best.detection.box, reason)
