"""From the faces of some pictures to the references of a person: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from device.people.embedding import Embedding
from device.people.gallery import Gallery
from device.people.hygiene import Flaw, Refusal, refusal
from device.people.matching import Limits, similarities
from device.people.person import NewReference, Person


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A face that may become a reference.

    Attributes:
        embedding: (192,) float32, a unit vector.
        quality: of the face, 0..1.
        refusal: what is wrong with the picture of it; None if nothing is.
    """

    embedding: Embedding
    quality: float
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Enrolment:
    """What came of it.

    Attributes:
        references: those that were taken.
        refusals: of each picture, why it was not taken; None if it was.
    """

    references: tuple[NewReference, ...]
    refusals: tuple[Refusal | None, ...]


def choose_references(
    pictures: Sequence[Sequence[Candidate]], person: Person, gallery: Gallery, limits: Limits
) -> Enrolment:
    """Decide which pictures' faces become references; each one that is taken counts when the next is looked at.

    Args:
        pictures: of each, the faces.
        person: whose references they are to be, enrolled or not.
        gallery: who is known.
        limits: of the network.
    """
    taken: list[NewReference] = []
    refusals: list[Refusal | None] = []
    for faces in pictures:
        found = _the_face(faces, person, gallery, limits)
        if isinstance(found, Candidate):
            flaw = found.refusal or refusal(found.embedding, person.id, gallery, limits)
            if flaw is None:
                taken.append(NewReference(found.embedding, found.quality))
                gallery = _with(gallery, person, found.embedding)
            refusals.append(flaw)
        else:
            refusals.append(found)
    return Enrolment(tuple(taken), tuple(refusals))


def _the_face(
    faces: Sequence[Candidate], person: Person, gallery: Gallery, limits: Limits
) -> Candidate | Refusal:
    """Return the only face, or the only one that looks like the person; never simply the largest."""
    if not faces:
        return Refusal(
            Flaw.NO_FACE,
            "there is no face in it; come closer, look at the camera, and mind the light",
        )
    if len(faces) == 1:
        return faces[0]
    if person in gallery.people:
        own = gallery.people.index(person)
        if (gallery.owners == own).any():
            probes = np.array([face.embedding for face in faces], np.float32)
            near = similarities(probes, gallery, limits.references)[:, own]
            alike = [face for face, score in zip(faces, near, strict=True) if score >= limits.score]
            if len(alike) == 1:
                return alike[0]
    return Refusal(
        Flaw.SEVERAL_FACES,
        f"there are {len(faces)} faces in it, and it is not certain which one is meant; use a picture with only one",
    )


def _with(gallery: Gallery, person: Person, embedding: Embedding) -> Gallery:
    people = gallery.people if person in gallery.people else (*gallery.people, person)
    return replace(
        gallery,
        people=people,
        embeddings=np.vstack([gallery.embeddings, embedding[None]]),
        owners=np.append(gallery.owners, people.index(person)),
    )
