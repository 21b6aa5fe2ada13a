"""What the capture thread does for people apart from recognising them: it enrols, renames and forgets them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from device.entities.roster import RosterEvent, RosterEventType, RosterReason
from device.errors import CameraError, CameraReleasedError, PeopleError, PersonNameError
from device.node.known_people import KnownPeople
from device.node.observer import BurstCamera
from device.observation import Image
from device.people.enrolled import enrol
from device.people.enrolment import Candidate, Enrolment
from device.people.hygiene import Refusal
from device.people.matching import Limits
from device.people.names import checked_name, name_key
from device.people.person import Person, Tombstone

_LOG = logging.getLogger(__name__)

_PICTURES = 8
# Until a gallery that could not be read is tried again, unless somebody is to be recognised.
_RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class EnrolTask:
    """Enrol whoever is before the camera, or add to who has this name."""

    name: str


@dataclass(frozen=True, slots=True)
class RenameTask:
    """Give somebody another name."""

    person: Person
    name: str


@dataclass(frozen=True, slots=True)
class ForgetTask:
    """Forget somebody."""

    person: Person


GalleryTask: TypeAlias = EnrolTask | RenameTask | ForgetTask


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Who is enrolled is not who was, whoever has changed it.

    Attributes:
        people: everybody who is.
        forgotten: everybody who was forgotten.
    """

    people: tuple[Person, ...]
    forgotten: tuple[Tombstone, ...]


@dataclass(frozen=True, slots=True)
class GalleryDone:
    """A task is done, or refused."""

    event: RosterEvent


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
        pictures: of each that was taken, the faces.
    """

    name: str
    due: float
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
    ) -> None:
        self._known = known
        self._camera = camera
        self._examiner = examiner
        self._put = put
        self._clock = clock
        self._pause = pause
        self._session: _Session | None = None
        self._reported: PeopleChanged | None = None
        self._retry_at = float("-inf")
        self._is_somebody_over = False

    @property
    def due(self) -> float | None:
        """When to call tick at the latest, on the clock; None while there is no hurry."""
        return None if self._session is None else self._session.due

    def begin(self, task: GalleryTask, *, is_private: bool) -> None:
        """Do a task, or begin to."""
        try:
            match task:
                case EnrolTask() if is_private:
                    self._end(_private(task.name))
                case EnrolTask(name):
                    self._session = _Session(checked_name(name), self._clock())
                case RenameTask(person, name):
                    renamed = self._known.file().rename(person.id, name)
                    self._report()
                    text = f"{person.name} is now {renamed.name}"
                    self._end(RosterEvent(RosterEventType.RENAMED, renamed.name, text))
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
            self._end(_private(self._session.name))

    def tick(self, should_stop: Callable[[], bool]) -> bool:
        """Report who is enrolled if that has changed, and take a picture if it is time to.

        Args:
            should_stop: whether privacy has begun; asked after each picture.

        Returns:
            Whether somebody was forgotten or renamed, so that what was seen of them counts no more.
        """
        self._report()
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
        change = PeopleChanged(known.gallery.people, known.tombstones)
        # With a fault nobody is recognised, but everybody is still enrolled.
        if known.fault is not None or change == self._reported:
            return
        before = () if self._reported is None else self._reported.people
        self._is_somebody_over |= not set(before) <= set(change.people)
        self._reported = change
        self._put(change)

    def _take_picture(self, session: _Session, should_stop: Callable[[], bool]) -> None:
        try:
            (frame, *_) = self._camera.burst(1, newer_than=self._clock())
            session.pictures.append(self._examiner.examine(frame.image))
            session.due = self._clock() + self._pause
            if should_stop():
                self._end(_private(session.name))
            elif len(session.pictures) == _PICTURES:
                self._end(self._enrolled(session))
        except CameraReleasedError:
            self._end(_private(session.name))
        except CameraError as error:
            self._end(refused(session.name, RosterReason.CAMERA_UNAVAILABLE, str(error)))
        except PeopleError as error:
            self._end(refused(session.name, RosterReason.GALLERY, str(error)))
        except Exception as error:  # noqa: BLE001 - as for a trigger: the next attempt may go well
            _LOG.exception("Nobody is enrolled")
            found = f"{type(error).__name__}: {error}"
            self._end(refused(session.name, RosterReason.FAILED, found))

    def _enrolled(self, session: _Session) -> RosterEvent:
        if self._known.fault is not None:
            # Nobody can be told apart from those who are in it.
            return refused(session.name, RosterReason.GALLERY, self._known.fault)
        file, gallery = self._known.file(), self._known.gallery
        key = name_key(session.name)
        same = [each for each in gallery.people if name_key(each.name) == key]
        enrolled = enrol(
            file,
            gallery,
            session.name,
            same[0] if same else None,
            session.pictures,
            self._examiner.limits,
        )
        name, enrolment = enrolled.person.name, enrolled.enrolment
        taken = len(enrolment.references)
        if not taken:
            return RosterEvent(
                RosterEventType.REFUSED,
                name,
                f"none of the {_PICTURES} pictures was taken: {_commonest(enrolment)}",
                RosterReason.NOTHING_TAKEN,
                pictures=enrolment.refusals,
            )
        self._report()
        return RosterEvent(
            RosterEventType.ENROLLED,
            name,
            enrolled.sentence(),
            references=taken,
            pictures=enrolment.refusals,
        )

    def _end(self, event: RosterEvent) -> None:
        self._session = None
        self._put(GalleryDone(event))


def refused(name: str, reason: RosterReason, text: str) -> RosterEvent:
    """Return that something was refused.

    Args:
        name: of whom.
        reason: why.
        text: the same for people.
    """
    return RosterEvent(RosterEventType.REFUSED, name, text, reason)


def _private(name: str) -> RosterEvent:
    text = "privacy is on, and the camera is released; switch it off, and press again"
    return refused(name, RosterReason.PRIVACY, text)


def _name(task: GalleryTask) -> str:
    return task.name if isinstance(task, EnrolTask) else task.person.name


def _commonest(enrolment: Enrolment) -> str:
    """Return the explanation of the flaw that most pictures have."""
    found: list[Refusal] = [refusal for refusal in enrolment.refusals if refusal is not None]
    (flaw, _count), *_ = Counter(refusal.flaw for refusal in found).most_common(1)
    return next(refusal.explanation for refusal in found if refusal.flaw is flaw)
