"""Enrolling, renaming and forgetting on the capture thread: one picture at a time, and nothing in privacy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.entities.roster import RosterEventType, RosterReason
from device.errors import CameraReleasedError, NoPictureError
from device.node.gallery_tasks import (
    EnrolPictureTask,
    EnrolSeenTask,
    EnrolTask,
    ForgetTask,
    RenameTask,
)
from device.node.recent_faces import LONGEST
from device.people.enrolment import Candidate
from device.people.gallery_file import GalleryFile
from device.people.hygiene import Flaw
from tests.node.gallery_bench import PAUSE, PICTURES, Bench, looks
from tests.people.references import EMBEDDER, OTHER_EMBEDDER, new_references


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An empty gallery."""
    made = Bench(tmp_path)
    yield made
    made.known.close()


def test_whoever_stands_before_the_camera_is_enrolled_with_eight_pictures(bench: Bench) -> None:
    """Who is known is said before it is said that somebody was enrolled."""
    bench.show(*looks(PICTURES))
    (event,) = bench.do(EnrolTask("Anna"))
    assert (event.kind, event.name) == (RosterEventType.ENROLLED, "Anna")
    assert event.references == PICTURES == len(event.pictures)
    assert event.text == "Anna is enrolled with 8 references"
    assert bench.changes == [[], ["Anna"]]
    assert bench.put[-1].event is event  # type: ignore[union-attr]


def test_between_two_pictures_there_is_a_second_for_whoever_presses(bench: Bench) -> None:
    """An enrolment is eight small steps, so that no press at the door waits for it."""
    bench.show(*looks(PICTURES))
    bench.work.begin(EnrolTask("Anna"), lambda: False)
    bench.tick()
    bench.tick()
    assert len(bench.faces) == PICTURES - 1
    assert bench.work.due == bench.clock.seconds + PAUSE


def test_somebody_of_this_name_gets_more_references(bench: Bench) -> None:
    """In whatever letters the name is typed."""
    own = looks(2 * PICTURES)
    bench.show(*own)
    bench.do(EnrolTask("Anna"))
    (event,) = bench.do(EnrolTask("ANNA"))
    assert event.text == "Anna has, in addition, 8 references"
    assert bench.changes[-1] == ["Anna"]


def test_a_name_is_not_given_to_a_different_face(bench: Bench) -> None:
    """The pictures say why, and the gallery is as before."""
    bench.show(*looks(PICTURES), *looks(PICTURES, seed=1))
    bench.do(EnrolTask("Anna"))
    (event,) = bench.do(EnrolTask("Anna"))
    assert event.reason is RosterReason.NOTHING_TAKEN
    assert {flaw and flaw.flaw for flaw in event.pictures} == {Flaw.OUTLIER}
    assert "resembles none of Anna's references" in event.text
    assert len(bench.known.gallery.embeddings) == PICTURES


def test_pictures_without_a_face_enrol_nobody(bench: Bench) -> None:
    """And what to do about it is said once, for most of them."""
    bench.faces = [[] for _ in range(PICTURES)]
    (event,) = bench.do(EnrolTask("Anna"))
    assert event.kind is RosterEventType.REFUSED
    assert event.text.startswith("none of the 8 pictures was taken: there is no face in it")
    assert bench.changes == [[]]


@pytest.mark.parametrize("name", ["A\x00nna", "\u202e", "a" * 41])
def test_what_is_no_name_enrols_nobody(bench: Bench, name: str) -> None:
    """Before the camera takes a picture."""
    (event,) = bench.do(EnrolTask(name))
    assert event.reason is RosterReason.NO_NAME
    assert bench.work.due is None


def test_in_privacy_nobody_is_enrolled(bench: Bench) -> None:
    """The camera is not asked."""
    bench.camera_fault = NoPictureError("asked")
    (event,) = bench.do(EnrolTask("Anna"), is_private=True)
    assert event.reason is RosterReason.PRIVACY


def test_privacy_ends_an_enrolment_and_nothing_of_it_is_kept(bench: Bench) -> None:
    """Between two pictures, during one, and after the last one."""
    own = looks(PICTURES)
    bench.show(*own)
    bench.work.begin(EnrolTask("Anna"), lambda: False)
    bench.tick()
    bench.work.release()
    bench.tick()
    bench.faces.clear()
    bench.camera_fault = CameraReleasedError("released")
    bench.do(EnrolTask("Anna"))
    bench.camera_fault = None
    bench.faces.clear()
    bench.show(*own)
    bench.should_stop = lambda: not bench.faces
    bench.do(EnrolTask("Anna"))
    assert [event.reason for event in bench.events] == [RosterReason.PRIVACY] * 3
    assert bench.changes == [[]]


def test_a_camera_that_fails_ends_an_enrolment_with_what_it_says(bench: Bench) -> None:
    """So does whatever else goes wrong, and the next attempt may go well."""
    bench.camera_fault = NoPictureError("the cable is loose")
    (event,) = bench.do(EnrolTask("Anna"))
    assert (event.reason, event.text) == (RosterReason.CAMERA_UNAVAILABLE, "the cable is loose")
    bench.camera_fault = None
    (event,) = bench.do(EnrolTask("Anna"))
    assert (event.reason, event.text) == (RosterReason.FAILED, "IndexError: pop from empty list")
    bench.show(*looks(PICTURES))
    (event,) = bench.do(EnrolTask("Anna"))
    assert event.kind is RosterEventType.ENROLLED


def test_a_gallery_of_another_network_takes_nobody_and_stays_as_it_is(bench: Bench) -> None:
    """Whoever is enrolled in it keeps their device: nothing is said of who is known."""
    with GalleryFile.open(bench.path, OTHER_EMBEDDER) as gallery:
        gallery.enrol("Bert", new_references(1))
    bench.show(*looks(PICTURES))
    (event,) = bench.do(EnrolTask("Anna"))
    assert event.reason is RosterReason.GALLERY
    assert bench.changes == []
    assert bench.known.fault is not None


def test_who_is_renamed_or_forgotten_is_no_longer_seen_as_before(bench: Bench) -> None:
    """Neither needs the camera: both are done in privacy too."""
    bench.show(*looks(PICTURES))
    bench.do(EnrolTask("Anna"))
    assert not bench.is_over
    (anna,) = bench.known.gallery.people
    (event,) = bench.do(RenameTask(anna, "Hanna"), is_private=True)
    assert bench.is_over
    assert (event.kind, event.name) == (RosterEventType.RENAMED, "Hanna")
    (event,) = bench.do(ForgetTask(anna), is_private=True)
    assert bench.is_over
    assert event.kind is RosterEventType.FORGOTTEN
    assert bench.changes[-2:] == [["Hanna"], []]
    assert len(bench.known.tombstones) == 1
    bench.tick()
    assert not bench.is_over


def test_a_name_that_somebody_else_has_is_refused(bench: Bench) -> None:
    """And who is gone already cannot be renamed."""
    bench.show(*looks(PICTURES), *looks(PICTURES, seed=1))
    bench.do(EnrolTask("Anna"))
    bench.do(EnrolTask("Bert"))
    anna, bert = bench.known.gallery.people
    (event,) = bench.do(RenameTask(bert, "anna"))
    assert event.reason is RosterReason.NO_NAME
    bench.do(ForgetTask(anna))
    (event,) = bench.do(RenameTask(anna, "Hanna"))
    assert event.reason is RosterReason.GALLERY


def test_what_a_command_changes_is_reported_though_a_burst_has_taken_it_up_already(
    bench: Bench,
) -> None:
    """Within a second, without a press."""
    bench.tick()
    with GalleryFile.open(bench.path, EMBEDDER) as gallery:
        gallery.enrol("Bert", new_references(1))
    bench.known.refresh()
    bench.tick()
    bench.tick()
    assert bench.changes == [[], ["Bert"]]


def test_one_picture_that_somebody_sends_is_enough(bench: Bench) -> None:
    """The camera is not asked."""
    bench.camera_fault = NoPictureError("unplugged")
    bench.show(*looks(1))
    image = np.zeros((4, 4, 3), np.uint8)
    (event,) = bench.do(EnrolPictureTask("Anna", image))
    assert (event.kind, event.references) == (RosterEventType.ENROLLED, 1)


def test_a_picture_that_shows_nobody_says_so(bench: Bench) -> None:
    """In words for one picture."""
    bench.faces.append([])
    (event,) = bench.do(EnrolPictureTask("Anna", np.zeros((4, 4, 3), np.uint8)))
    assert event.reason is RosterReason.NOTHING_TAKEN
    assert event.text.startswith("the picture was not taken: there is no face in it")


def test_whoever_was_seen_lately_is_named_from_what_was_measured(bench: Bench) -> None:
    """Each frame of the burst may become a reference, also of an older observation; the camera is not asked."""
    bench.camera_fault = NoPictureError("unplugged")
    bench.recent.add("older", [Candidate(each, 0.9) for each in looks(3)])
    bench.recent.add("newer", [Candidate(each, 0.9) for each in looks(2, seed=1)])
    (event,) = bench.do(EnrolSeenTask("Anna", "older"))
    assert (event.kind, event.references) == (RosterEventType.ENROLLED, 3)
    (event,) = bench.do(EnrolSeenTask("Bert", "newer"))
    assert (event.kind, event.references) == (RosterEventType.ENROLLED, 2)


def test_nobody_is_named_of_whom_nothing_is_known_any_more(bench: Bench) -> None:
    """It is said what to do instead."""
    bench.recent.add("over", [Candidate(each, 0.9) for each in looks(3)])
    bench.clock.seconds += LONGEST.total_seconds()
    bench.tick()
    for event_id in ("over", "never"):
        (event,) = bench.do(EnrolSeenTask("Anna", event_id))
        assert event.reason is RosterReason.NOTHING_TAKEN
        assert "nothing is known any more" in event.text


def test_privacy_that_begins_before_whoever_was_seen_is_written_enrols_nobody(
    bench: Bench,
) -> None:
    """It is asked once more when nothing but the disk is left."""
    bench.recent.add("seen", [Candidate(each, 0.9) for each in looks(3)])
    answers = iter((False, True))
    bench.work.begin(EnrolSeenTask("Anna", "seen"), lambda: next(answers))
    bench.tick()
    assert [event.reason for event in bench.events] == [RosterReason.PRIVACY]
    assert bench.changes == [[]]
