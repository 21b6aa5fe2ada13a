"""What the capture thread does for people apart from recognising them: it enrols, names, renames and forgets them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from device.entities.roster import RosterEvent, RosterEventType, RosterReason
from device.errors import CameraError, CameraReleasedError, PeopleError, PersonNameError
from device.node.gallery_tasks import (
    EnrolPictureTask,
    EnrolSeenTask,
    EnrolTask,
    ForgetTask,
    GalleryTask,
    NameVisitorTask,
    RenameTask,
)
from device.node.known_people import KnownPeople
from device.node.observer import BurstCamera
from device.node.recent_faces import RecentFaces
from device.node.roster_events import enrolled_event, private, refused
from device.observation import Image
from device.people.enrolled import enrol, name_visitor, person_named
from device.people.enrolment import Candidate
from device.people.matching import Limits
from device.people.names import checked_name
from device.people.person import Person, Tombstone
from device.people.visitors import Visitor

_LOG = logging.getLogger(__name__)

_PICTURES = 8
# Until a gallery that could not be read is tried again, unless somebody is to be recognised.
_RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Who is enrolled, or who came and was unknown, is not as it was, whoever has changed it.

    Attributes:
        people: everybody who is.
        forgotten: everybody who was forgotten.
        visitors: who came in the last days and was unknown.
    """

    people: tuple[Person, ...]
    forgotten: tuple[Tombstone, ...]
    visitors: tuple[Visitor, ...] = ()


@dataclass(frozen=True, slots=True)
class GalleryDone:
    """A task is done, or refused."""

    event: RosterEvent


class Sharing(Protocol):
    """What shares people with other nodes; see sharing.PeopleSharing."""

    @property
    def due(self) -> float | None:
        """When to call tick at the latest."""

    def tick(self) -> None:
        """Take in one person, or publish one."""


class Examining(Protocol):
    """What looks at pictures for enrolment; see examination.Examiner."""

    @property
    def limits(self) -> Limits:
        """What it takes to claim a name."""

    def examine(self, image: Image) -> list[Candidate]:
        """Return the faces of a picture."""


@dataclass(slots=True)
class _Session:
    """An enrolment that goes on.

    Attributes:
        name: of whom.
        due: when to take the next picture.
        image: the only picture, where somebody has sent one.
        pictures: of each that was taken, the faces.
    """

    name: str
    due: float
    image: Image | None = None
    pictures: list[Sequence[Candidate]] = field(default_factory=list)


class GalleryWork:
    """Enrols in small steps, one picture each, so that a press at the door never waits for all of them.

    The capture thread uses it.

    Args:
        known: who is.
        camera: gives the pictures.
        examiner: looks at them.
        put: takes what has changed, and what came of a task; the inbox's.
        clock: monotonic, in seconds.
        pause: seconds between two pictures.
        sharing: with other nodes; None for a node that shares nobody.
        recent: what is still known of whoever the last observations show.
    """

    def __init__(
        self,
        known: KnownPeople,
        camera: BurstCamera,
        examiner: Examining,
        put: Callable[[PeopleChanged | GalleryDone], None],
        *,
        clock: Callable[[], float],
        pause: float,
        sharing: Sharing | None = None,
        recent: RecentFaces,
    ) -> None:
        self._known = known
        self._camera = camera
        self._examiner = examiner
        self._put = put
        self._clock = clock
        self._pause = pause
        self._sharing = sharing
        self._recent = recent
        self._session: _Session | None = None
        self._reported: PeopleChanged | None = None
        self._retry_at = float("-inf")
        self._is_somebody_over = False

    @property
    def due(self) -> float | None:
        """When to call tick at the latest, on the clock; None while there is no hurry."""
        session = None if self._session is None else self._session.due
        sharing = None if self._sharing is None else self._sharing.due
        return min((due for due in (session, sharing) if due is not None), default=None)

    def begin(self, task: GalleryTask, is_private: Callable[[], bool]) -> None:
        """Do a task, or begin to.

        Args:
            task: what to do.
            is_private: whether privacy is on, or has begun since the task was taken; asked first, and again before
                anybody is enrolled.
        """
        try:
            match task:
                case EnrolTask() | EnrolPictureTask() | EnrolSeenTask() if is_private():
                    self._end(private(task.name))
                case EnrolTask(name):
                    self._session = _Session(checked_name(name), self._clock())
                case EnrolPictureTask(name, image):
                    self._session = _Session(checked_name(name), self._clock(), image)
                case EnrolSeenTask(name, event_id):
                    self._end(self._enrolled_seen(checked_name(name), event_id, is_private))
                case RenameTask(person, name):
                    renamed = self._known.file().rename(person.id, name)
                    self._report()
                    text = f"{person.name} is now {renamed.name}"
                    self._end(RosterEvent(RosterEventType.RENAMED, renamed.name, text))
                case NameVisitorTask(visitor, name):
                    self._end(self._named(visitor, name))
                case ForgetTask(person):
                    self._known.file().forget(person.id)
                    self._report()
                    text = f"{person.name} is forgotten"
                    self._end(RosterEvent(RosterEventType.FORGOTTEN, person.name, text))
        except PersonNameError as error:
            self._end(refused(_name(task), RosterReason.NO_NAME, str(error)))
        except PeopleError as error:
            self._end(refused(_name(task), RosterReason.GALLERY, str(error)))

    def release(self) -> None:
        """Give up an enrolment, because privacy has begun: nothing that the camera saw is kept."""
        if self._session is not None:
            self._end(private(self._session.name))

    def tick(self, should_stop: Callable[[], bool]) -> bool:
        """Keep who is unknown, report who is enrolled if that has changed, and take a picture if it is time to.

        Args:
            should_stop: whether privacy has begun; asked after each picture, and before anybody unknown is kept.

        Returns:
            Whether somebody was forgotten or renamed, so that what was seen of them counts no more.
        """
        if not should_stop():
            self._known.keep_strangers()
        self._recent.tidy()
        self._report()
        if self._sharing is not None:
            self._sharing.tick()
        if self._session is not None and self._clock() >= self._session.due:
            self._take_picture(self._session, should_stop)
        is_over, self._is_somebody_over = self._is_somebody_over, False
        return is_over

    def _report(self) -> None:
        """Report who is enrolled if that has changed; before it is said what came of a task."""
        known = self._known
        if known.fault is None or self._clock() >= self._retry_at:
            known.refresh()
            self._retry_at = self._clock() + _RETRY_SECONDS
        change = PeopleChanged(known.gallery.people, known.tombstones, known.visitors)
        # With a fault nobody is recognised, but everybody is still enrolled.
        if known.fault is not None or change == self._reported:
            return
        before = () if self._reported is None else self._reported.people
        self._is_somebody_over |= not set(before) <= set(change.people)
        self._reported = change
        self._put(change)

    def _take_picture(self, session: _Session, should_stop: Callable[[], bool]) -> None:
        try:
            image = session.image
            if image is None:
                image = self._camera.burst(1, newer_than=self._clock())[0].image
            session.pictures.append(self._examiner.examine(image))
            session.due = self._clock() + self._pause
            if should_stop():
                self._end(private(session.name))
            elif session.image is not None or len(session.pictures) == _PICTURES:
                self._end(self._enrolled(session, should_stop))
        except CameraReleasedError:
            self._end(private(session.name))
        except CameraError as error:
            self._end(refused(session.name, RosterReason.CAMERA_UNAVAILABLE, str(error)))
        except PeopleError as error:
            self._end(refused(session.name, RosterReason.GALLERY, str(error)))
        except Exception as error:  # noqa: BLE001 - as for a trigger: the next attempt may go well
            _LOG.exception("Nobody is enrolled")
            found = f"{type(error).__name__}: {error}"
            self._end(refused(session.name, RosterReason.FAILED, found))

    def _enrolled_seen(
        self, name: str, event_id: str, should_stop: Callable[[], bool]
    ) -> RosterEvent:
        seen = self._recent.find(event_id)
        if not seen:
            text = "nothing is known any more of whoever was seen then; press the button again, or use a picture"
            return refused(name, RosterReason.NOTHING_TAKEN, text)
        session = _Session(name, self._clock(), pictures=[[each] for each in seen])
        return self._enrolled(session, should_stop)

    def _enrolled(self, session: _Session, should_stop: Callable[[], bool]) -> RosterEvent:
        if self._known.fault is not None:
            # Nobody can be told apart from those who are in it.
            return refused(session.name, RosterReason.GALLERY, self._known.fault)
        file, gallery = self._known.file(), self._known.gallery
        if should_stop():
            # It may have begun while the file was opened.
            return private(session.name)
        enrolled = enrol(
            file,
            gallery,
            session.name,
            person_named(gallery, session.name),
            session.pictures,
            self._examiner.limits,
        )
        self._report()
        return enrolled_event(enrolled, "picture")

    def _named(self, visitor: Visitor, name: str) -> RosterEvent:
        known = self._known
        # Privacy, in which a visitor may be named, lets go of everybody.
        known.refresh()
        if known.fault is not None:
            return refused(visitor.label, RosterReason.GALLERY, known.fault)
        limits = self._examiner.limits
        enrolled = name_visitor(known.file(), known.gallery, visitor.number, name, limits)
        self._report()
        return enrolled_event(enrolled, "visit")

    def _end(self, event: RosterEvent) -> None:
        self._session = None
        self._put(GalleryDone(event))


def _name(task: GalleryTask) -> str:
    match task:
        case EnrolTask(name) | EnrolPictureTask(name) | EnrolSeenTask(name):
            return name
        case NameVisitorTask(visitor):
            return visitor.label
        case RenameTask(person) | ForgetTask(person):
            return person.name
