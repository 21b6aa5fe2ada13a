"""Who is enrolled, as JSON: for programs on the command line, and for the node's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from device.observation import iso_time
from device.people.person import Person, Reference


def person_json(person: Person, references: Sequence[Reference]) -> dict[str, Any]:
    """Return a person as `facet people list --json` and `show --json` have it."""
    aside = set_aside(references)
    return {
        "id": person.id,
        "name": person.name,
        "enrolled_at": iso_time(person.enrolled_at),
        "references": len(references) - aside,
        "set_aside": aside,
    }


def references_json(references: Sequence[Reference]) -> list[dict[str, Any]]:
    """Return a person's references as `facet people show --json` lists them; without their embeddings."""
    return [
        {
            "reference": reference.id,
            "quality": round(reference.quality, 4),
            "likeness": None if likeness is None else round(likeness, 4),
            "added_at": iso_time(reference.added_at),
            "set_aside": reference.is_set_aside,
        }
        for reference, likeness in zip(references, likenesses(references), strict=True)
    ]


def likenesses(references: Sequence[Reference]) -> list[float | None]:
    """Return how much each is like the most similar other one that is compared: a cosine similarity, -1..1."""
    found: list[float | None] = []
    for reference in references:
        others = [
            float(np.dot(reference.embedding, other.embedding))
            for other in references
            if other is not reference and not other.is_set_aside
        ]
        found.append(max(others, default=None))
    return found


def set_aside(references: Sequence[Reference]) -> int:
    """Return how many references are kept and not compared with."""
    return sum(reference.is_set_aside for reference in references)
