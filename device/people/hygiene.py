"""Which faces may become references: a careless gallery costs more right names than any network can give."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from device.people.embedding import Embedding
from device.people.gallery import Gallery
from device.people.matching import Limits, similarities

# Two pictures of one moment, or one picture stored twice: it adds nothing, and counts twice.
_DUPLICATE = 0.95
# Of the pairs of one person in CelebA's test part 4 % are below this, most of them because the picture shows somebody
# else.
_OUTLIER = 0.3


class Flaw(StrEnum):
    """Why a face does not become a reference."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    TOO_BLURRED = "too_blurred"
    TOO_DARK = "too_dark"
    TURNED_AWAY = "turned_away"
    COVERED = "covered"
    DUPLICATE = "duplicate"
    OUTLIER = "outlier"
    SOMEBODY_ELSE = "somebody_else"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a face does not become a reference, for people.

    Attributes:
        flaw: which rule it breaks.
        explanation: what was found, what is allowed, and what to do.
    """

    flaw: Flaw
    explanation: str


def refusal(
    embedding: Embedding, person: str | None, gallery: Gallery, limits: Limits
) -> Refusal | None:
    """Return why an embedding does not fit a gallery as a reference of a person, or None if it does.

    Args:
        embedding: (192,) float32, a unit vector.
        person: the id; None for somebody new.
        gallery: with the person's references so far.
        limits: of the network.
    """
    if not len(gallery.embeddings):
        return None
    names = [each.name for each in gallery.people]
    ids = [each.id for each in gallery.people]
    own = ids.index(person) if person in ids else None
    near = similarities(embedding[None], gallery)[0]
    own_references = gallery.embeddings[gallery.owners == own] @ embedding
    nearest = int(np.argmax(near))
    if own is not None and own_references.size:
        closest = float(own_references.max())
        if closest >= _DUPLICATE:
            return Refusal(
                Flaw.DUPLICATE,
                f"nearly the same picture is a reference already (similarity {closest:.2f}); a picture from another "
                "day, in other light, helps more",
            )
        if nearest != own and near[nearest] >= limits.score_among(len(names)):
            return _somebody_else(names[nearest], float(near[nearest]), float(near[own]))
        if closest < _OUTLIER:
            return Refusal(
                Flaw.OUTLIER,
                f"it resembles none of {names[own]}'s references (similarity {closest:.2f}, at least {_OUTLIER} is "
                "expected); does it show somebody else?",
            )
    elif near[nearest] >= limits.score_among(len(names)) and nearest != own:
        return _somebody_else(names[nearest], float(near[nearest]), None)
    return None


def is_somebody_else(embedding: Embedding, person: str, gallery: Gallery, limits: Limits) -> bool:
    """Return whether an embedding is nearer to somebody else of a gallery than to whom it is said to be of.

    Args:
        embedding: (192,) float32, a unit vector.
        person: the id.
        gallery: with the person's references so far.
        limits: of the network.
    """
    found = refusal(embedding, person, gallery, limits)
    return found is not None and found.flaw is Flaw.SOMEBODY_ELSE


def _somebody_else(name: str, score: float, own: float | None) -> Refusal:
    compared = "" if own is None else f", with this person {own:.2f}"
    return Refusal(
        Flaw.SOMEBODY_ELSE,
        f"it looks like {name}, who is enrolled (similarity {score:.2f}{compared}); add it there, or forget {name} "
        "first",
    )
