"""The gallery as faces are compared with it: one matrix, and whose each of its rows is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from device.people.embedding import DIMENSIONS
from device.people.person import Person, Reference


@dataclass(frozen=True, eq=False)
class Gallery:
    """Everybody who is enrolled, at one moment; it never changes, so that any thread may keep it.

    `gallery.embeddings @ embedding` are the cosine similarities of a face with all references.

    Attributes:
        people: in the order in which they were enrolled, including those without a usable reference.
        embeddings: (R, 192) float32, unit vectors; without those that are set aside. They cannot be written.
        owners: (R,) int64, the index into people of each embedding. They cannot be written.
    """

    people: tuple[Person, ...]
    embeddings: npt.NDArray[np.float32]
    owners: npt.NDArray[np.int64]

    @cached_property
    def centres(self) -> npt.NDArray[np.float32]:
        """What is between the references of each person, (people, 192) float32: unit vectors, 0 without a reference."""
        return middles(self.embeddings, self.owners, len(self.people))

    @classmethod
    def empty(cls) -> Gallery:
        """Return the gallery of a node that knows nobody."""
        return cls.of((), ())

    @classmethod
    def of(cls, people: Sequence[Person], references: Iterable[Reference]) -> Gallery:
        """Return the gallery of some people and their references; those that are set aside are left out."""
        index = {person.id: number for number, person in enumerate(people)}
        compared = [reference for reference in references if not reference.is_set_aside]
        embeddings = np.empty((len(compared), DIMENSIONS), np.float32)
        for row, reference in enumerate(compared):
            embeddings[row] = reference.embedding
        owners = np.array([index[reference.person] for reference in compared], np.int64)
        embeddings.flags.writeable = False
        owners.flags.writeable = False
        return cls(tuple(people), embeddings, owners)


def middles(
    embeddings: npt.NDArray[np.float32], owners: npt.NDArray[np.integer[Any]], count: int
) -> npt.NDArray[np.float32]:
    """Return what is between the embeddings of each owner, (count, 192) float32: unit vectors, 0 without any.

    Args:
        embeddings: (R, 192) float32, unit vectors.
        owners: (R,), whose each of them is, from 0 to below count.
        count: of owners.
    """
    sums = np.zeros((count, DIMENSIONS), np.float32)
    np.add.at(sums, owners, embeddings)
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return np.asarray(sums / lengths, np.float32)
