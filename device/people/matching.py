"""Who a face is nearest to, and whether that is near enough: pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.people.gallery import Gallery
from device.people.identity import Flatness, Identity, Named, Recognition

_MAJORITY = 0.5

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Limits:
    """What it takes to claim a name. They belong to the network, whose JSON has them.

    Attributes:
        score: the minimum cosine similarity with a person.
        margin: how much nearer than the second nearest person a name must be.
        votes: the minimum share of the frames in which the same person is the nearest.
        references: the mean of how many of a person's references, the nearest ones, is the similarity with the person.
    """

    score: float
    margin: float
    votes: float
    references: int


def similarities(probes: FloatArray, gallery: Gallery, references: int) -> FloatArray:
    """Return how near each probe is to each person, (probes, people) float32 in -1..1.

    Args:
        probes: (N, numbers) float32, unit vectors.
        gallery: of at least one person.
        references: see Limits.
    """
    to_references = probes @ gallery.embeddings.T
    nearest = np.full((len(probes), len(gallery.people)), -1, np.float32)
    for person in range(len(gallery.people)):
        own = to_references[:, gallery.owners == person]
        if own.shape[1]:
            k = min(references, own.shape[1])
            nearest[:, person] = np.partition(own, -k, axis=1)[:, -k:].mean(axis=1)
    return nearest


def identify(
    probes: FloatArray,
    weights: FloatArray,
    gallery: Gallery,
    limits: Limits,
    flat: Flatness = Flatness.UNKNOWN,
) -> Identity:
    """Decide who one person of a burst is.

    Args:
        probes: (N, numbers) float32, unit vectors, one for each frame in which enough of the face is seen; N >= 1.
        weights: (N,), how much each frame counts.
        gallery: who is known.
        limits: what it takes.
        flat: what is known of it; it becomes part of the answer and decides nothing.
    """
    if not len(gallery.embeddings):
        # Where nobody is enrolled everybody is a stranger, which nobody wants to be told.
        return Identity(Recognition.UNSURE, frames=len(probes), flat=flat)
    by_frame = similarities(probes, gallery, limits.references)
    shares = weights / weights.sum()
    scores = shares @ by_frame
    order = np.argsort(-scores, kind="stable")
    first = int(order[0])
    score = float(scores[first])
    margin = score - float(scores[order[1]]) if len(order) > 1 else None
    votes = float(shares[by_frame.argmax(axis=1) == first].sum())
    unknown_share = float(shares[by_frame.max(axis=1) < limits.score].sum())
    names = [Named(person.id, person.name) for person in (gallery.people[i] for i in order[:2])]
    is_one = votes >= limits.votes and (margin is None or margin >= limits.margin)
    if score >= limits.score and is_one:
        result, claimed = Recognition.KNOWN, names[:1]
    elif score < limits.score and unknown_share >= _MAJORITY:
        result, claimed = Recognition.UNKNOWN, []
    elif is_one:
        # Most frames are of one person, and the others too far from that for the mean.
        result, claimed = Recognition.UNSURE, []
    else:
        result, claimed = Recognition.AMBIGUOUS, names
    return Identity(
        result,
        tuple(claimed),
        nearest=names[0],
        score=score,
        margin=margin,
        votes=votes,
        unknown_share=unknown_share,
        frames=len(probes),
        flat=flat,
    )
