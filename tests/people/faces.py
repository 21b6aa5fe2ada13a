"""Embeddings at chosen similarities, and galleries of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from device.people.embedding import DIMENSIONS, Embedding
from device.people.gallery import Gallery
from device.people.identity import Identity, Named, Recognition
from device.people.matching import Limits
from device.people.person import Person, Reference

LIMITS = Limits(score=0.5, margin=0.05, votes=0.6)
_THEN = datetime(2026, 1, 1, tzinfo=UTC)


def axis(number: int) -> Embedding:
    """Return a face that is unlike those of all other numbers."""
    return np.asarray(np.eye(DIMENSIONS)[number], np.float32)


def near(similarities: dict[int, float], rest: int = 150) -> Embedding:
    """Return a face that has these similarities with some axes."""
    face = sum((s * axis(n) for n, s in similarities.items()), np.zeros(DIMENSIONS))
    left = 1 - sum(s**2 for s in similarities.values())
    return np.asarray(face + np.sqrt(left) * axis(rest), np.float32)


def someone(name: str) -> Person:
    """Return a person whose id follows from the name."""
    return Person(name.lower(), name, _THEN, _THEN)


def gallery(**references: Sequence[Embedding]) -> Gallery:
    """Return a gallery of people by their names."""
    people = [someone(name) for name in references]
    rows = [
        Reference(i + 1, person.id, embedding, 1.0, _THEN, is_set_aside=False)
        for i, (person, embedding) in enumerate(
            (person, e)
            for person, own in zip(people, references.values(), strict=True)
            for e in own
        )
    ]
    return Gallery.of(people, rows)


def identity(
    result: Recognition, nearest: str | None = None, score: float | None = None, frames: int = 1
) -> Identity:
    """Return an answer; all frames agree with it."""
    named = Named(nearest.lower(), nearest) if nearest else None
    return Identity(
        result,
        (named,) if named and result is Recognition.KNOWN else (),
        nearest=named,
        score=score,
        unknown_share=float(result is Recognition.UNKNOWN),
        frames=frames,
    )
