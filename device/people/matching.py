"""Who a face is nearest to, and whether that is near enough: pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from device.people.gallery import Gallery
from device.people.identity import Flatness, Identity, Named, Recognition

_MAJORITY = 0.5
# The score of the network is for up to this number of people; see Limits.
_PEOPLE = 50

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Limits:
    """What it takes to claim a name. They belong to the network, whose JSON has them.

    Attributes:
        score: the minimum cosine similarity with a person.
        margin: how much nearer than the second nearest person a name must be.
        votes: the minimum share of the frames in which the same person is the nearest.
        growth: how much higher the score must be where e times as many people are enrolled: the more there are, the
            likelier it is that a stranger looks like one of them. Fewer than 50 lower nothing, since the visitors of a
            home are often relatives.
        stranger: from this similarity with anybody on, a face is too much like them to be called a stranger. It grows
            with the number of people as the score does.
    """

    score: float
    margin: float
    votes: float
    growth: float = 0.0
    stranger: float = 1.0

    def score_among(self, people: int) -> float:
        """Return the minimum cosine similarity with one of a number of people who are enrolled."""
        return self.score + self._growth(people)

    def stranger_among(self, people: int) -> float:
        """Return the similarity with one of a number of people from which on a face is no stranger's."""
        return min(self.stranger + self._growth(people), self.score_among(people))

    def _growth(self, people: int) -> float:
        return self.growth * log(max(people / _PEOPLE, 1.0))


def similarities(probes: FloatArray, gallery: Gallery) -> FloatArray:
    """Return how near each probe is to the middle of each person's references, (probes, people) float32 in -1..1.

    The mean of the similarities with the references themselves would be lower the more these differ, and they should.
    Where one stranger in a thousand is named, 3 in 100 more pictures of known people are recognised.

    Args:
        probes: (N, numbers) float32, unit vectors.
        gallery: of at least one person.
    """
    near: FloatArray = probes @ gallery.centres.T
    near[:, ~gallery.centres.any(axis=1)] = -1
    return near


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
    by_frame = similarities(probes, gallery)
    needed = limits.score_among(len(gallery.people))
    strange = limits.stranger_among(len(gallery.people))
    shares = weights / weights.sum()
    # Frames that differ say more than one of them. The mean of their similarities takes that for a doubt, and the
    # similarity of their mean for a proof; the geometric mean of both names no more strangers than one frame does.
    agreement = max(float(np.linalg.norm(shares @ probes)), 1e-9)
    scores = shares @ by_frame / np.sqrt(agreement)
    order = np.argsort(-scores, kind="stable")
    first = int(order[0])
    score = float(scores[first])
    margin = score - float(scores[order[1]]) if len(order) > 1 else None
    votes = float(shares[by_frame.argmax(axis=1) == first].sum())
    best_by_frame = by_frame.max(axis=1)
    unknown_share = float(shares[best_by_frame < strange].sum())
    nameless_share = float(shares[best_by_frame < needed].sum())
    names = [Named(person.id, person.name) for person in (gallery.people[i] for i in order[:2])]
    is_one = votes >= limits.votes and (margin is None or margin >= limits.margin)
    if score >= needed and is_one:
        result, claimed = Recognition.KNOWN, names[:1]
    elif score < strange and unknown_share >= _MAJORITY:
        result, claimed = Recognition.UNKNOWN, []
    elif is_one or nameless_share >= _MAJORITY:
        # Like somebody, and not enough; or most frames are of one person, and the others too far from that.
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
