"""One person of an observation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeAlias

from typing_extensions import TypedDict

from device.observation.facts import Attribute, FaceAttributes, FacialHair, Fact, FactT
from device.observation.picture import Box, Keypoints
from device.observation.values import Keywords, Share

_NO_ATTRIBUTES = FaceAttributes({}, None, None)

_Point: TypeAlias = Annotated[list[float], Keywords({"minItems": 2, "maxItems": 2})]


class FaceJson(TypedDict):
    """A face in an observation's JSON, without what its facts add; see docs/observation.md for all keys."""

    box: Annotated[list[float], Keywords({"minItems": 4, "maxItems": 4})]
    keypoints: Annotated[list[_Point], Keywords({"minItems": 6, "maxItems": 6})]
    score: Share
    quality: Share
    primary: bool


@dataclass(frozen=True, slots=True)
class Face:
    """One person of an observation: where the face is, how good its picture is, and what the burst decided.

    Attributes:
        box: in the burst's best frame of this face.
        keypoints: as in Detection, in the same frame.
        score: the detector's, 0..1.
        quality: size, sharpness, light, pose and score in one number, 0..1.
        primary: True for exactly one face of an observation: the one that Home Assistant's entities show.
        facts: by the name of the analyser.
    """

    box: Box
    keypoints: Keypoints
    score: float
    quality: float
    primary: bool
    facts: Mapping[str, Fact]

    def fact(self, kind: type[FactT]) -> FactT | None:
        """Return the fact of a class; None where no analyser has decided one."""
        return next((fact for fact in self.facts.values() if isinstance(fact, kind)), None)

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """See FaceAttributes; empty where no analyser knows."""
        return (self.fact(FaceAttributes) or _NO_ATTRIBUTES).attributes

    @property
    def hair_color(self) -> str | None:
        """See FaceAttributes."""
        return (self.fact(FaceAttributes) or _NO_ATTRIBUTES).hair_color

    @property
    def facial_hair(self) -> str | None:
        """The style of FacialHair; see FaceAttributes where no analyser has decided that."""
        told = self.fact(FacialHair)
        if told is not None:
            return told.style.answer
        return (self.fact(FaceAttributes) or _NO_ATTRIBUTES).facial_hair

    def without_attributes(self, names: Collection[str]) -> Face:
        """Return the face without some of its attributes."""
        return self._with(lambda fact: fact.without(names))

    def offering(self, names: Collection[str]) -> Face:
        """Return the face with its attributes marked; see FaceAttributes.offering."""
        return self._with(lambda fact: fact.offering(names))

    def _with(self, change: Callable[[FaceAttributes], FaceAttributes]) -> Face:
        facts = {
            name: change(fact) if isinstance(fact, FaceAttributes) else fact
            for name, fact in self.facts.items()
        }
        return replace(self, facts=facts)

    def to_json(self) -> dict[str, Any]:
        """Return the face as an observation's JSON contains it: FaceJson, and the keys of its facts."""
        document: FaceJson = {
            "box": [round(v, 1) for v in (self.box.x, self.box.y, self.box.width, self.box.height)],
            "keypoints": [[round(float(v), 1) for v in point] for point in self.keypoints],
            "score": round(self.score, 4),
            "quality": round(self.quality, 4),
            "primary": self.primary,
        }
        complete: dict[str, Any] = {**document}
        for fact in self.facts.values():
            complete |= fact.to_json()
        return complete
