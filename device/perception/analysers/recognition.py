"""Who a face belongs to: measured as an embedding, decided by comparing it with the gallery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from device.networks.recognition_card import RecognitionCard
from device.observation import Keypoints
from device.people.embedding import Embedding
from device.people.flatness import flatness
from device.people.gallery import Gallery
from device.people.identity import Identity, Recognition
from device.people.matching import Limits, identify
from device.perception.aligned_face import AlignedFace
from device.perception.analysers.analyser import Judgement, Weighted
from device.perception.embedder import Embedder
from device.perception.visibility import hidden


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """What one frame shows of somebody.

    Attributes:
        embedding: (192,) float32, a unit vector.
        length: see embedder.Embedded.
        hidden: why it must not be compared; None if it may.
        keypoints: of the detection.
    """

    embedding: Embedding
    length: float
    hidden: Recognition | None
    keypoints: Keypoints


class RecognitionAnalyser:
    """Measures embeddings, and decides whose they are.

    Args:
        embedder: the recognition network.
        gallery: returns who is known at this moment.
        attributes: the name of the analyser of the attributes, which comes before this one, and its labels in the
            order of its probabilities; they tell whether something covers the eyes.
        min_score: from which on a name is claimed, 0..1; what belongs to the network if None.
    """

    name = "recognition"

    def __init__(
        self,
        embedder: Embedder,
        gallery: Callable[[], Gallery],
        attributes: tuple[str, Sequence[str]],
        min_score: float | None = None,
    ) -> None:
        self.embedder = embedder
        self._gallery = gallery
        self._attributes = attributes
        self.limits = limits_of(embedder.card, min_score)

    @property
    def may_know_somebody(self) -> bool:
        """Whether anybody is enrolled."""
        return self._gallery().embeddings.size > 0

    def measure(self, face: AlignedFace) -> Appearance:
        """Return what a frame shows; computed for a hidden face too, whose reason may be its embedding's length."""
        crop = face.crop(self.embedder.view)
        embedded = self.embedder.embed(crop)
        analyser, labels = self._attributes
        probabilities = face.measured.get(analyser)
        known = {} if probabilities is None else dict(zip(labels, probabilities, strict=True))
        keypoints = face.detection.keypoints
        reason = hidden(
            crop,
            keypoints,
            embedded.length,
            known,
            self.embedder.card.visible,
            is_mouth_hidden=face.is_mouth_hidden,
        )
        return Appearance(embedded.embedding, embedded.length, reason, keypoints)

    def decide(
        self,
        evidence: Sequence[Weighted[Appearance]],
        before: Identity | None,  # noqa: ARG002 - a visit remembers names longer than a face stays in one place
        judgement: Judgement,  # noqa: ARG002 - no caution about attributes makes a name more or less certain
    ) -> Identity:
        """Compare the frames that show enough of the face; without one, say why."""
        return decide([sample.evidence for sample in evidence], self._gallery(), self.limits)


def decide(appearances: Sequence[Appearance], gallery: Gallery, limits: Limits) -> Identity:
    """Decide who somebody is from what a burst shows of them, one appearance for each frame, at least one."""
    seen = [each for each in appearances if each.hidden is None]
    if not seen:
        reasons = Counter(each.hidden for each in appearances if each.hidden)
        return Identity(reasons.most_common(1)[0][0])
    embeddings = np.array([each.embedding for each in seen], np.float32)
    # The longer an output was, the nearer it is to those of the same person: correlation .4 to .5 on CelebA.
    weights = np.array([each.length for each in seen], np.float32)
    flat = flatness([each.keypoints for each in appearances])
    return identify(embeddings, weights, gallery, limits, flat)


def limits_of(card: RecognitionCard, min_score: float | None = None) -> Limits:
    """Return what it takes to claim a name; a minimum score of the owner's holds for any number of people."""
    match = card.match
    if min_score is None:
        return Limits(match.score, match.margin, match.votes, match.growth, match.stranger)
    return Limits(min_score, match.margin, match.votes, stranger=match.stranger)
