"""Who is enrolled and who came, as Home Assistant is offered it, and what comes of enrolling and forgetting there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from uuid6 import uuid7

from device.people.hygiene import Refusal
from device.people.person import Person
from device.people.visitors import Visitor


@dataclass(frozen=True, slots=True)
class Roster:
    """Who can be chosen, and what has been typed and chosen; in memory only.

    Attributes:
        people: everybody who is enrolled, in the order in which they were.
        name: what stands in the text field.
        selected: who is chosen; None when nobody is.
        visitors: who came in the last days and was unknown, by number; None until the gallery has been read.
        visitor: which of them is chosen; None when nobody is.
    """

    people: tuple[Person, ...] = ()
    name: str = ""
    selected: Person | None = None
    visitors: tuple[Visitor, ...] | None = None
    visitor: Visitor | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of everybody enrolled who can be chosen."""
        return tuple(person.name for person in self.people)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the visitors who can be chosen."""
        return tuple(visitor.label for visitor in self.visitors or ())


class RosterEventType(StrEnum):
    """What can become of a button for people."""

    STARTED = "started"
    """The camera looks; what comes of it follows."""
    ENROLLED = "enrolled"
    RENAMED = "renamed"
    CONFIRM = "confirm"
    """One more press is needed."""
    FORGOTTEN = "forgotten"
    REFUSED = "refused"


class RosterReason(StrEnum):
    """Why a button for people does nothing."""

    NO_NAME = "no_name"
    """There is none in the text field, or nobody can have it."""
    NOBODY_CHOSEN = "nobody_chosen"
    BUSY = "busy"
    """The camera still takes the pictures of somebody."""
    PRIVACY = "privacy"
    CAMERA_UNAVAILABLE = "camera_unavailable"
    NOTHING_TAKEN = "nothing_taken"
    """None of the pictures shows a face that helps; each says why."""
    GALLERY = "gallery"
    """It cannot be written, or its owner has changed it meanwhile; a visit may also have expired."""
    SAFE_MODE = "safe_mode"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RosterEvent:
    """What came of one press.

    Attributes:
        kind: which of them.
        name: of whom.
        text: what came of it, for people.
        reason: why it is refused; None if it is not.
        references: how many were taken.
        pictures: of each picture of an enrolment, why it was not taken; None if it was.
        event_id: unique; the same when the event comes twice.
    """

    kind: RosterEventType
    name: str
    text: str
    reason: RosterReason | None = None
    references: int = 0
    pictures: Sequence[Refusal | None] = ()
    event_id: str = field(default_factory=lambda: str(uuid7()))
