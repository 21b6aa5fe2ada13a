"""One vote per face and frame: which detections of a burst are one person, and what the burst says of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.observation import Box, Detection, Reason
from device.perception.quality import Quality

FloatArray = NDArray[np.float32]

# A person hardly moves within a burst; below this overlap two boxes are two people.
_SAME_FACE_IOU = 0.3
# A face seen in fewer frames than this part of the burst is taken for a false find.
_LEAST_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class Sample:
    """One face in one frame.

    Attributes:
        frame: index within the burst.
        refused: why the face is not judged in this frame, or None.
        probabilities: (labels,) float32, 0..1; None where the face was refused.
    """

    frame: int
    detection: Detection
    quality: Quality
    refused: Reason | None
    probabilities: FloatArray | None


@dataclass(slots=True)
class Track:
    """The samples of one person, in the order of the frames."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def best(self) -> Sample:
        """The sample of the best quality, among those that were not refused if there are any."""
        return max(self.samples, key=lambda sample: (sample.refused is None, sample.quality.score))

    @property
    def is_usable(self) -> bool:
        """Whether any frame shows the face well enough to be judged."""
        return any(sample.refused is None for sample in self.samples)

    def probabilities(self) -> FloatArray:
        """Return the mean of the votes weighted by their quality, (labels,) float32 in 0..1."""
        votes = [sample for sample in self.samples if sample.probabilities is not None]
        # A frame with a quality of zero still counts when there is no other.
        weights = [max(sample.quality.score, 1e-3) for sample in votes]
        mean = np.average([sample.probabilities for sample in votes], axis=0, weights=weights)
        return np.asarray(mean, np.float32)


def track(frames: Iterable[Sequence[Sample]]) -> list[Track]:
    """Join the samples of a burst into people, frame by frame, the largest overlap first.

    Args:
        frames: the samples of each frame, in the order of time.
    """
    tracks: list[Track] = []
    for samples in frames:
        pairs = sorted(
            (
                (iou(person.samples[-1].detection.box, sample.detection.box), t, b)
                for t, person in enumerate(tracks)
                for b, sample in enumerate(samples)
            ),
            key=lambda pair: -pair[0],
        )
        taken: set[int] = set()
        voted: set[int] = set()
        for overlap, t, b in pairs:
            if overlap >= _SAME_FACE_IOU and t not in taken and b not in voted:
                tracks[t].samples.append(samples[b])
                taken.add(t)
                voted.add(b)
        tracks += [Track([sample]) for b, sample in enumerate(samples) if b not in voted]
    return tracks


def confirmed(tracks: Iterable[Track], frames: int) -> list[Track]:
    """Keep the people seen in at least a third of a burst of so many frames, the largest face first.

    The first usable one is the primary face: the largest is the nearest, and who is nearest pressed the button.
    """
    least = math.ceil(frames * _LEAST_SHARE)
    kept = [person for person in tracks if len(person.samples) >= least]
    return sorted(kept, key=lambda person: -person.best.detection.box.area)


def iou(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes, 0..1."""
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / max(a.area + b.area - shared, 1e-9)
