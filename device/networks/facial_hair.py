"""What the answers of an attribute network about facial hair mean: a part of the JSON beside it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, PositiveFloat, model_validator

from device.networks.section import Aim, Section, Threshold


class Answer(Section):
    """One of the answers to a question, and one output of the network.

    Attributes:
        name: for instance "goatee".
        bias: added to the logit after it is scaled; corrects how frequent the answer is among people at a door.
        balanced: the lowest probability from which on as many of the answers given are right as the card promises;
            None where no probability keeps that, and the answer is not given.
        precise: the same for a higher promise.
    """

    name: str = Field(min_length=1)
    bias: float
    balanced: Threshold | None
    precise: Threshold | None

    def threshold(self, aim: Aim) -> Threshold | None:
        """Return the threshold of an aim; None for an answer that it never gives."""
        return self.precise if aim == "precise" else self.balanced


class Question(Section):
    """What is asked about a face: exactly one of the answers is true, and their probabilities add up to 1.

    Attributes:
        scale: of the logits, which calibrates them (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
    """

    scale: PositiveFloat
    answers: tuple[Answer, ...] = Field(min_length=2)

    @property
    def names(self) -> tuple[str, ...]:
        """The answers' names, in the order of the outputs."""
        return tuple(answer.name for answer in self.answers)

    @model_validator(mode="after")
    def _require_different_answers(self) -> Question:
        if len(set(self.names)) != len(self.names):
            message = "two answers have the same name"
            raise ValueError(message)
        return self


class Implied(Section):
    """Which answers to the other questions a style leaves possible."""

    length: tuple[str, ...] = Field(min_length=1)
    mustache: tuple[str, ...] = Field(min_length=1)


class FacialHairMeaning(Section):
    """What the second output of an attribute network means: the questions' answers in a row.

    Attributes:
        promised_precision: what the thresholds of each aim keep on people who were not trained on, 0..1.
        style: what facial hair there is, in one word.
        length: of the beard.
        mustache: whether there is one, alone or with a beard.
        sideburns: whether there are any.
        implied: by style, what does not contradict it.
        provenance: which labels it has learned from, their licence, figures; for people.
    """

    promised_precision: Mapping[Aim, float]
    style: Question
    length: Question
    mustache: Question
    sideburns: Question
    implied: Mapping[str, Implied]
    provenance: Mapping[str, str | float | int]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in the order of the outputs."""
        return self.style, self.length, self.mustache, self.sideburns

    @property
    def outputs(self) -> int:
        """How many logits the network gives."""
        return sum(len(question.answers) for question in self.questions)

    def left_by(self, style: str | None) -> Implied:
        """Return which answers do not contradict a style; all of them while it is not known."""
        if style is None:
            return Implied(length=self.length.names, mustache=self.mustache.names)
        return self.implied[style]

    @model_validator(mode="after")
    def _require_known_answers(self) -> FacialHairMeaning:
        if set(self.implied) != set(self.style.names):
            message = "implied has to name every style, and nothing else"
            raise ValueError(message)
        for style, implied in self.implied.items():
            unknown = {*implied.length} - {*self.length.names}
            unknown |= {*implied.mustache} - {*self.mustache.names}
            if unknown:
                message = f"implied by {style}: there is no answer {', '.join(sorted(unknown))}"
                raise ValueError(message)
        return self
