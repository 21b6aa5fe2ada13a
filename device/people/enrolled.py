"""Enrolling somebody in the gallery, from the faces of some pictures or from the visits of somebody unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device.observation import utc_now
from device.people.enrolment import Candidate, Enrolment, choose_references
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.matching import Limits
from device.people.names import checked_name, name_key
from device.people.person import Person, new_person_id
from device.people.visitors import no_visits


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """What came of it.

    Attributes:
        person: whose references they are, or would have been.
        is_new: whether the person was not enrolled before.
        enrolment: which pictures were taken, and why others were not.
    """

    person: Person
    is_new: bool
    enrolment: Enrolment

    def sentence(self) -> str:
        """Return what was taken, for people."""
        taken = len(self.enrolment.references)
        what = "is enrolled with" if self.is_new else "has, in addition,"
        return f"{self.person.name} {what} {taken} reference{'s' if taken > 1 else ''}"


def enrol(
    file: GalleryFile,
    known: Gallery,
    name: str,
    same: Person | None,
    pictures: Sequence[Sequence[Candidate]],
    limits: Limits,
) -> Enrolled:
    """Enrol somebody new, or add to the references of somebody; nobody, if no picture can be taken.

    Args:
        file: takes the references.
        known: what is in it.
        name: of somebody new.
        same: whoever is enrolled already; None for somebody new.
        pictures: of each, the faces.
        limits: of the network.

    Raises:
        PeopleError: nobody can have this name, or the gallery cannot be changed.
    """
    now = utc_now()
    person = same or Person(new_person_id(), name, enrolled_at=now, named_at=now)
    enrolment = choose_references(pictures, person, known, limits)
    if enrolment.references and same:
        file.add(person.id, enrolment.references)
    elif enrolment.references:
        person = file.enrol(name, enrolment.references)
    return Enrolled(person, same is None, enrolment)


def name_visitor(
    file: GalleryFile, known: Gallery, visitor: int, name: str, limits: Limits
) -> Enrolled:
    """Enrol an unknown visitor, or add what the visits show to somebody of this name; the visitor is unknown no more.

    The visits pass the same rules as pictures. If none passes, the visitor stays.

    Args:
        file: takes the references.
        known: what is in it.
        visitor: the number.
        name: of the visitor.
        limits: of the network.

    Raises:
        UnknownVisitorError: no visits of this visitor are kept.
        PeopleError: nobody can have this name, or the gallery cannot be changed.
    """
    name = checked_name(name)
    faces = [each.face for each in file.visitors.encounters() if each.visitor == visitor]
    if not faces:
        raise no_visits(visitor)
    pictures = [[Candidate(face.embedding, face.quality)] for face in faces]
    enrolled = enrol(file, known, name, person_named(known, name), pictures, limits)
    if enrolled.enrolment.references:
        file.visitors.forget([visitor])
    return enrolled


def person_named(known: Gallery, name: str) -> Person | None:
    """Return whoever has a name, in whatever letters it is written; None if nobody has."""
    key = name_key(name)
    return next((person for person in known.people if name_key(person.name) == key), None)
