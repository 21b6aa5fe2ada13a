"""One sample per face and frame: which detections of a burst are one person, and what was measured on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from device.observation import Detection, Reason
from device.perception.analysers.analyser import Weighted
from device.perception.overlap import corners, iou
from device.perception.quality import Quality

# A person hardly moves within a burst; below this overlap two boxes are two people.
_SAME_FACE_IOU = 0.3
# A face seen in fewer frames than this share of the burst is taken for a false positive.
_MIN_SHARE = 1 / 3
# A frame with a quality of zero still counts when there is no other.
_MIN_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class Sample:
    """One face in one frame.

    Attributes:
        frame: index within the burst.
        quality: None where so many larger faces are in the frame that nothing of this one is measured.
        rejected: why the face is not judged in this frame, or None.
        evidence: what was measured, by the analyser's name; empty where the face was not judged.
    """

    frame: int
    detection: Detection
    quality: Quality | None
    rejected: Reason | None
    evidence: Mapping[str, Any]

    @property
    def score(self) -> float:
        """How much the frame counts, 0..1; see Quality.score."""
        return 0.0 if self.quality is None else self.quality.score

    @property
    def is_judged(self) -> bool:
        """Whether the face is seen well enough in this frame."""
        return self.quality is not None and self.rejected is None


@dataclass(slots=True)
class Track:
    """The samples of one person, in the order of the frames."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def best(self) -> Sample:
        """The sample of the best quality, among those that were judged if there are any."""
        return max(self.samples, key=lambda sample: (sample.is_judged, sample.score))

    @property
    def is_usable(self) -> bool:
        """Whether any frame shows the face well enough to be judged."""
        return any(sample.is_judged for sample in self.samples)

    def evidence(self, analyser: str) -> list[Weighted[Any]]:
        """Return what an analyser measured in the frames that were judged, weighted by their quality.

        Args:
            analyser: its name.
        """
        return [
            Weighted(sample.evidence[analyser], max(sample.score, _MIN_WEIGHT))
            for sample in self.samples
            if sample.is_judged
        ]


def track(frames: Iterable[Sequence[Sample]]) -> list[Track]:
    """Join the samples of a burst into people, frame by frame, the largest overlap first.

    Args:
        frames: the samples of each frame, in the order of time.
    """
    tracks: list[Track] = []
    for samples in frames:
        pairs = sorted(_overlaps(tracks, samples), key=lambda pair: -pair[0])
        continued: set[int] = set()
        joined: set[int] = set()
        for overlap, t, s in pairs:
            if overlap >= _SAME_FACE_IOU and t not in continued and s not in joined:
                tracks[t].samples.append(samples[s])
                continued.add(t)
                joined.add(s)
        tracks += [Track([sample]) for s, sample in enumerate(samples) if s not in joined]
    return tracks


def _overlaps(
    tracks: Sequence[Track], samples: Sequence[Sample]
) -> Iterator[tuple[float, int, int]]:
    """Yield how far each track's newest box and each sample's overlap, with the numbers of both."""
    if not tracks:
        return
    found = corners(*(sample.detection.box for sample in samples))
    for t, person in enumerate(tracks):
        for s, overlap in enumerate(iou(corners(person.samples[-1].detection.box)[0], found)):
            yield overlap, t, s


def confirmed(tracks: Iterable[Track], frames: int) -> list[Track]:
    """Return the people seen in at least a third of a burst, the largest face first.

    The first usable one is the primary face: the largest is the nearest, and the nearest person pressed the button.

    Args:
        tracks: of the burst.
        frames: how many the burst has.
    """
    needed = math.ceil(frames * _MIN_SHARE)
    kept = [person for person in tracks if len(person.samples) >= needed]
    return sorted(kept, key=lambda person: -person.best.detection.box.area)
