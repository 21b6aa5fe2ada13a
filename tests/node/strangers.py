"""What a burst shows of somebody, with all that was measured for recognition."""

from __future__ import annotations

import numpy as np

from device.observation import Box, Detection, Face
from device.people.embedding import Embedding
from device.people.identity import Identity, Recognition
from device.perception.analysers.recognition import Appearance, RecognitionAnalyser
from device.perception.pipeline import Perceived, Person
from device.perception.quality import Quality
from device.perception.tracking import Sample, Track

_KEYPOINTS = np.zeros((6, 2), np.float32)


def perceived(
    *people: tuple[Identity, Embedding], size: float = 100.0, hidden: Recognition | None = None
) -> Perceived:
    """Return a burst of one frame that shows people.

    Args:
        people: of each, what was decided, and what was measured.
        size: of their faces, in pixels.
        hidden: why their faces must not be compared; None if they may.
    """
    box = Box(0, 0, size, size)
    faces = tuple(
        Face(box, _KEYPOINTS, 0.9, 0.9, number == 0, {RecognitionAnalyser.name: identity})
        for number, (identity, _embedding) in enumerate(people)
    )
    tracks = (Track([_sample(box, embedding, hidden)]) for _identity, embedding in people)
    return Perceived(
        faces, len(faces), None, {}, people=tuple(Person(track, {}) for track in tracks)
    )


def _sample(box: Box, embedding: Embedding, hidden: Recognition | None) -> Sample:
    return Sample(
        0,
        Detection(box, _KEYPOINTS, 0.9),
        Quality(box.width, 0.9, 0.9, 0.9, 0.0, 0.9, 0.9),
        None,
        {RecognitionAnalyser.name: Appearance(embedding, 1.0, hidden, _KEYPOINTS)},
    )
