"""What the capture thread can be asked to do for people, as typed values; the page puts its own into the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device.observation import Image
from device.people.person import Person
from device.people.visitors import Visitor


@dataclass(frozen=True, slots=True)
class EnrolTask:
    """Enrol whoever is before the camera, or add to who has this name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class EnrolPictureTask:
    """Enrol whoever a picture shows, or add to who has this name."""

    name: str
    image: Image


@dataclass(frozen=True, slots=True)
class EnrolSeenTask:
    """Enrol whoever a recent observation shows, or add to who has this name."""

    name: str
    event_id: str


@dataclass(frozen=True, slots=True)
class RenameTask:
    """Give somebody another name."""

    person: Person
    name: str


@dataclass(frozen=True, slots=True)
class ForgetTask:
    """Forget somebody."""

    person: Person


@dataclass(frozen=True, slots=True)
class NameVisitorTask:
    """Enrol an unknown visitor, or add the visits to who has this name."""

    visitor: Visitor
    name: str


GalleryTask: TypeAlias = (
    EnrolTask | EnrolPictureTask | EnrolSeenTask | RenameTask | ForgetTask | NameVisitorTask
)
