"""Facial hair: the attribute network's second output in, answers to four questions out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from device.networks.facial_hair import FacialHairMeaning, Question
from device.observation import FacialHair, Told
from device.perception.aligned_face import AlignedFace
from device.perception.analysers.analyser import Judgement, Weighted
from device.perception.analysers.attributes import AttributeClassifier

FloatArray = NDArray[np.float32]

Answers = tuple[FloatArray, ...]
"""Calibrated probabilities of the answers to each question."""

# Whatever the owner adds to a threshold, an answer can reach it.
_HIGHEST_THRESHOLD = 0.99
_NOTHING = FacialHair(*[Told(None, {})] * 4)


class FacialHairAnalyser:
    """Measures how probable each answer is, and decides which are given.

    Args:
        classifier: the attribute network.
        meaning: from its card, of its second output.
    """

    name = "facial_hair"

    def __init__(self, classifier: AttributeClassifier, meaning: FacialHairMeaning) -> None:
        self.classifier = classifier
        self.meaning = meaning
        self._calibration = Calibration(meaning.questions)

    def measure(self, face: AlignedFace) -> Answers | None:
        """Return the probabilities of the answers to each question; None where the face does not show its mouth."""
        if face.is_doubtful or face.is_mouth_hidden:
            return None
        return self._calibration.answers(self.classifier.outputs_of(face)[1])

    def decide(
        self,
        evidence: Sequence[Weighted[Answers | None]],
        before: FacialHair | None,
        judgement: Judgement,
    ) -> FacialHair:
        """Decide from the mean of the samples that show a mouth, weighted by their quality; see the function decide."""
        shown = [(sample.evidence, sample.weight) for sample in evidence if sample.evidence]
        if not shown:
            return _NOTHING
        seen, weighs = zip(*shown, strict=True)
        weights = np.array(weighs) / sum(weighs)
        mean = tuple(
            np.asarray(weights @ np.array(samples), np.float32)
            for samples in zip(*seen, strict=True)
        )
        return decide(mean, self.meaning, judgement, before)


class Calibration:
    """Turns logits into probabilities.

    Args:
        questions: whose answers the outputs are, in their order.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        counts = [len(question.answers) for question in questions]
        biases = [answer.bias for question in questions for answer in question.answers]
        self._scales = np.repeat([question.scale for question in questions], counts).astype(
            np.float32
        )
        self._biases = np.array(biases, np.float32)
        self._parts = [
            slice(end - count, end) for count, end in zip(counts, accumulate(counts), strict=True)
        ]

    def answers(self, logits: FloatArray) -> Answers:
        """Turn logits (..., outputs) into the probabilities of each question's answers (..., answers), 0..1."""
        scaled = logits * self._scales + self._biases
        return tuple(softmax(scaled[..., part]) for part in self._parts)


def softmax(logits: FloatArray) -> FloatArray:
    """Return exp(x) / sum(exp(x)) over the last axis, float32 in 0..1."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def decide(
    answers: Answers,
    meaning: FacialHairMeaning,
    judgement: Judgement,
    before: FacialHair | None = None,
) -> FacialHair:
    """Decide which answers are given, such that none contradicts the style.

    Args:
        answers: the probabilities of each question's answers, calibrated.
        meaning: gives questions and thresholds.
        judgement: how cautious the owner wants to be.
        before: what was told of the same face a moment ago, if it was seen.
    """
    style, length, mustache, sideburns = answers
    previous = before or _NOTHING
    told = _told(meaning.style, style, judgement, previous.style)
    left = meaning.left_by(told.answer)
    return FacialHair(
        style=told,
        length=_told(meaning.length, length, judgement, previous.length, left.length),
        mustache=_told(meaning.mustache, mustache, judgement, previous.mustache, left.mustache),
        sideburns=_told(meaning.sideburns, sideburns, judgement, previous.sideburns),
    )


def _told(
    question: Question,
    probabilities: FloatArray,
    judgement: Judgement,
    before: Told,
    possible: Collection[str] | None = None,
) -> Told:
    """Give the most probable of the possible answers, if it reaches its threshold.

    What a certain style leaves as the only answer needs no threshold. The answer of a moment ago is preferred by the
    hysteresis.
    """
    known: dict[str, float] = dict(zip(question.names, probabilities.tolist(), strict=True))
    names = question.names if possible is None else tuple(possible)
    if len(names) == 1:
        return Told(names[0], known)

    def reached(name: str) -> float:
        return known[name] + (judgement.hysteresis if name == before.answer else 0.0)

    best = max(names, key=reached)
    threshold = question.answers[question.names.index(best)].threshold(judgement.aim)
    if threshold is None:
        return Told(None, known)
    least = min(threshold.value + judgement.threshold_offset, _HIGHEST_THRESHOLD)
    return Told(best if reached(best) >= least else None, known)
