"""Enrolling somebody in the gallery, from the faces of some pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device.observation import utc_now
from device.people.enrolment import Candidate, Enrolment, choose_references
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.matching import Limits
from device.people.person import Person, new_person_id


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
