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

    Those that are most like the others come first, so that a picture of somebody else is the one that is refused.

    Args:
        pictures: of each, the faces.
        person: whose references they are to be, enrolled or not.
        gallery: who is known.
        limits: of the network.
    """
    taken: list[NewReference] = []
    refusals: dict[int, Refusal | None] = {}
    for number in _by_agreement(pictures):
        found = _the_face(pictures[number], person, gallery, limits)
        if isinstance(found, Candidate):
            flaw = found.refusal or refusal(found.embedding, person.id, gallery, limits)
            if flaw is None:
                taken.append(NewReference(found.embedding, found.quality))
                gallery = _with(gallery, person, found.embedding)
            refusals[number] = flaw
        else:
            refusals[number] = found
    return Enrolment(tuple(taken), tuple(refusals[number] for number in range(len(pictures))))


def _by_agreement(pictures: Sequence[Sequence[Candidate]]) -> list[int]:
    """Return the pictures' numbers: those with one usable face by how much it resembles the others', then the rest."""
    alone = {
        number: faces[0].embedding
        for number, faces in enumerate(pictures)
        if len(faces) == 1 and faces[0].refusal is None
    }
    if not alone:
        return list(range(len(pictures)))
    middle = np.sum(list(alone.values()), axis=0)
    return sorted(
        range(len(pictures)),
        key=lambda number: -round(float(alone[number] @ middle), 3) if number in alone else np.inf,
    )


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
            near = similarities(probes, gallery)[:, own]
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
