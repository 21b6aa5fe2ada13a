"""Who is who in a burst, and what its frames together show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from device.observation import Box, Detection, Reason
from device.perception.analysers.analyser import Weighted
from device.perception.quality import Quality
from device.perception.tracking import Sample, Track, confirmed, track

SHARP = Quality(size=120, sharpness=1, brightness=0.5, contrast=0.5, grain=0, pose=1, certainty=0.9)
BLURRED = replace(SHARP, sharpness=0.1)


def sample(
    frame: int,
    x: float,
    side: float = 100,
    measured: float = 0.5,
    quality: Quality = SHARP,
    rejected: Reason | None = None,
) -> Sample:
    """Return a sample of a square face."""
    detection = Detection(Box(x, 0, side, side), np.zeros((6, 2), np.float32), 0.9)
    return Sample(frame, detection, quality, rejected, {} if rejected else {"height": measured})


def test_overlapping_faces_of_following_frames_are_one_person() -> None:
    """A face that moves a little stays the same person."""
    (person,) = track([[sample(0, 0)], [sample(1, 20)], [sample(2, 40)]])
    assert [b.frame for b in person.samples] == [0, 1, 2]


def test_two_people_side_by_side_are_not_mixed() -> None:
    """Each keeps its own samples, whatever the order of the detections."""
    people = track([[sample(0, 0), sample(0, 150)], [sample(1, 152), sample(1, 3)]])
    assert sorted(sorted(b.detection.box.x for b in p.samples) for p in people) == [
        [0, 3],
        [150, 152],
    ]


def test_a_person_missed_in_one_frame_is_still_one_person() -> None:
    """A gap in the middle of a burst does not make a second person."""
    (person,) = track([[sample(0, 0)], [], [sample(2, 5)]])
    assert len(person.samples) == 2


def test_a_detection_in_a_single_frame_is_taken_for_a_false_positive() -> None:
    """One detection in five frames is dropped, two are kept; in a burst of one, one is enough."""
    once, twice = Track([sample(0, 0)]), Track([sample(0, 300), sample(1, 300)])
    assert confirmed([once, twice], 5) == [twice]
    assert confirmed([once], 1) == [once]


def test_the_largest_face_comes_first() -> None:
    """Order is by area, so that the nearest person is the primary one."""
    small, large = Track([sample(0, 0, side=60)]), Track([sample(0, 300, side=90)])
    assert confirmed([small, large], 1) == [large, small]


def test_a_sharp_frame_weighs_more_than_a_blurred_one() -> None:
    """Each measurement has the quality of its frame as its weight, in the order of the frames."""
    person = Track([sample(0, 0, measured=0.9), sample(1, 0, measured=0.1, quality=BLURRED)])
    assert person.evidence("height") == [Weighted(0.9, SHARP.score), Weighted(0.1, BLURRED.score)]
    assert SHARP.score > BLURRED.score > 0


def test_a_face_of_no_quality_still_counts_when_there_is_no_other() -> None:
    """A mean with weights needs one above zero."""
    worthless = replace(SHARP, size=0, sharpness=0, brightness=0, pose=0)
    (only,) = Track([sample(0, 0, quality=worthless)]).evidence("height")
    assert only.weight > 0


def test_a_rejected_frame_does_not_count() -> None:
    """Only frames that passed the gate are counted, and the best of them stands for the face."""
    rejected = sample(0, 0, rejected=Reason.TOO_BLURRED)
    person = Track([rejected, sample(1, 0, measured=0.8, quality=BLURRED)])
    assert person.is_usable
    assert [weighted.evidence for weighted in person.evidence("height")] == [0.8]
    assert person.best.frame == 1


def test_a_face_that_is_one_of_too_many_in_one_frame_is_judged_by_the_others() -> None:
    """It is one person, whether or not it was among the largest in every frame."""
    surplus = replace(sample(0, 0), quality=None, evidence={})
    (person,) = track([[surplus], [sample(1, 0)]])
    assert person.is_usable
    assert person.best.frame == 1
    assert [each.weight for each in person.evidence("height")] == [SHARP.score]
