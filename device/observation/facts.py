"""What analysers decide about a face."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NotRequired, Protocol, TypeVar

from typing_extensions import TypedDict

from device.observation.values import Share


class Fact(Protocol):
    """What an analyser has decided about one person of an observation."""

    def to_json(self) -> Mapping[str, object]:
        """Return the keys that the fact adds to its face's JSON; none if it is not part of the document."""


FactT = TypeVar("FactT", bound=Fact)


class AttributeJson(TypedDict):
    """An attribute in an observation's JSON; `offered` is only there where it is false."""

    probability: Share
    present: bool
    offered: NotRequired[Literal[False]]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a face.

    Attributes:
        probability: calibrated, 0..1.
        present: the decision; a contradiction between attributes may have changed it.
        threshold: what the probability was compared with, 0..1, with the owner's offset and the hysteresis; None where
            nothing was compared.
        is_offered: False where the answer is a matter of opinion, or one that the network gives unreliably.
    """

    probability: float
    present: bool
    threshold: float | None = None
    is_offered: bool = True

    def to_json(self) -> AttributeJson:
        """Return the attribute as an observation's JSON contains it; `offered` is only there where it is false."""
        document: AttributeJson = {
            "probability": round(self.probability, 4),
            "present": self.present,
        }
        return document if self.is_offered else {**document, "offered": False}


class FaceAttributesJson(TypedDict):
    """What an observation's JSON says of a face by the attribute network."""

    attributes: dict[str, AttributeJson]
    hair_color: str | None
    facial_hair: str | None


@dataclass(frozen=True, slots=True)
class FaceAttributes:
    """What was decided with the attribute network.

    Attributes:
        attributes: by CelebA's name, for instance "Eyeglasses".
        hair_color: "black", "blond", "brown", "gray", "bald", or None when the network cannot decide.
        facial_hair: "none", "stubble", "mustache", "goatee", "beard", or None when the network cannot decide.
    """

    attributes: Mapping[str, Attribute]
    hair_color: str | None
    facial_hair: str | None

    def without(self, names: Collection[str]) -> FaceAttributes:
        """Return the fact without some attributes; what was concluded from them stays."""
        return replace(
            self, attributes={n: a for n, a in self.attributes.items() if n not in names}
        )

    def offering(self, names: Collection[str]) -> FaceAttributes:
        """Return the fact with each attribute marked as one of those that are offered, or not."""
        marked = {
            name: each
            if each.is_offered is (name in names)
            else replace(each, is_offered=name in names)
            for name, each in self.attributes.items()
        }
        return replace(self, attributes=marked)

    def to_json(self) -> FaceAttributesJson:
        """Return the keys `attributes`, `hair_color` and `facial_hair`."""
        return {
            "attributes": {name: a.to_json() for name, a in self.attributes.items()},
            "hair_color": self.hair_color,
            "facial_hair": self.facial_hair,
        }


class ToldJson(TypedDict):
    """The answer to one question about a face; null where none is certain enough."""

    answer: str | None
    probabilities: dict[str, Share]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one question about a face.

    Attributes:
        answer: None where none is certain enough.
        probabilities: of all answers, calibrated; they add up to 1.
    """

    answer: str | None
    probabilities: Mapping[str, float]

    def to_json(self) -> ToldJson:
        """Return the keys `answer` and `probabilities`."""
        rounded = {answer: round(value, 4) for answer, value in self.probabilities.items()}
        return {"answer": self.answer, "probabilities": rounded}


class FacialHairDetailsJson(TypedDict):
    """The answers to the four questions about facial hair."""

    style: ToldJson
    length: ToldJson
    mustache: ToldJson
    sideburns: ToldJson


class FacialHairJson(TypedDict):
    """What an observation's JSON says of a face's facial hair, in place of what the attributes say."""

    facial_hair: str | None
    facial_hair_details: FacialHairDetailsJson


@dataclass(frozen=True, slots=True)
class FacialHair:
    """What was decided from a network's answers about facial hair, which it has learned from careful labels.

    Attributes:
        style: "none", "stubble", "mustache", "goatee" or "beard".
        length: of the beard: "none", "stubble", "short", "medium" or "long".
        mustache: "none" or "present".
        sideburns: "none" or "present".
    """

    style: Told
    length: Told
    mustache: Told
    sideburns: Told

    def to_json(self) -> FacialHairJson:
        """Return `facial_hair`, in place of what CelebA's attributes say, and `facial_hair_details`."""
        return {
            "facial_hair": self.style.answer,
            "facial_hair_details": {
                "style": self.style.to_json(),
                "length": self.length.to_json(),
                "mustache": self.mustache.to_json(),
                "sideburns": self.sideburns.to_json(),
            },
        }
