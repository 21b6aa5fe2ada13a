"""The typed objects that flow through the node, from a trigger to the observation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from uuid6 import uuid7

Image: TypeAlias = NDArray[np.uint8]
"""A picture: (H, W, 3) uint8, BGR."""

Keypoints: TypeAlias = NDArray[np.float32]
"""Right eye, left eye (the subject's), nose tip, mouth centre, right ear, left ear.

(6, 2) float32, x and y in pixels.
"""


def utc_now() -> datetime:
    """Return the time in UTC; the default of every clock that records a time."""
    return datetime.now(UTC)


class Source(StrEnum):
    """What asked for an observation."""

    BUTTON = "button"
    MOTION = "motion"
    COMMAND = "command"
    KEYBOARD = "keyboard"
    FILE = "file"


class Reason(StrEnum):
    """Why an observation has no usable face."""

    NO_FACE = "no_face"
    TOO_SMALL = "too_small"
    TOO_BLURRED = "too_blurred"
    TOO_DARK = "too_dark"
    CAMERA_UNAVAILABLE = "camera_unavailable"
    PRIVACY = "privacy"
    FAILED = "failed"


class LeftOut(StrEnum):
    """Why a face that was seen is not judged."""

    TOO_SMALL = Reason.TOO_SMALL.value
    TOO_BLURRED = Reason.TOO_BLURRED.value
    TOO_DARK = Reason.TOO_DARK.value
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A request for an observation.

    Attributes:
        source: what asked.
        at: when, in UTC.
        monotonic: the same moment on the monotonic clock, in seconds; frames older than this are stale.
    """

    source: Source
    at: datetime = field(default_factory=utc_now)
    monotonic: float = field(default_factory=monotonic)


@dataclass(frozen=True, slots=True)
class MotionLevel:
    """What the motion sensor says, whether or not motion triggers.

    Attributes:
        is_active: whether something moves; None while the sensor's pin cannot be claimed.
    """

    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture of a burst.

    Attributes:
        image: the picture.
        captured_at: when the camera took it, in UTC; a file is taken when it is read.
        monotonic: the same moment on the monotonic clock, in seconds: a later trigger is not answered by this frame.
    """

    image: Image
    captured_at: datetime = field(default_factory=utc_now)
    monotonic: float = field(default_factory=monotonic)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; x and y are its upper left corner, which may lie outside of the picture."""

    x: float
    y: float
    width: float
    height: float

    @property
    def size(self) -> float:
        """The shorter side, in pixels."""
        return min(self.width, self.height)

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Detection:
    """A face that the detector found in one frame; score is 0..1."""

    box: Box
    keypoints: Keypoints
    score: float


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

    def to_json(self) -> dict[str, Any]:
        """Return the attribute as an observation's JSON contains it; `offered` is only there where it is false."""
        document: dict[str, Any] = {
            "probability": round(self.probability, 4),
            "present": self.present,
        }
        return document if self.is_offered else {**document, "offered": False}


class Fact(Protocol):
    """What an analyser has decided about one person of an observation."""

    def to_json(self) -> Mapping[str, Any]:
        """Return the keys that the fact adds to its face's JSON; none if it is not part of the document."""


FactT = TypeVar("FactT", bound=Fact)


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
        return replace(
            self,
            attributes={n: replace(a, is_offered=n in names) for n, a in self.attributes.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the keys `attributes`, `hair_color` and `facial_hair`."""
        return {
            "attributes": {name: a.to_json() for name, a in self.attributes.items()},
            "hair_color": self.hair_color,
            "facial_hair": self.facial_hair,
        }


_NO_ATTRIBUTES = FaceAttributes({}, None, None)


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one question about a face.

    Attributes:
        answer: None where none is certain enough.
        probabilities: of all answers, calibrated; they add up to 1.
    """

    answer: str | None
    probabilities: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the keys `answer` and `probabilities`."""
        rounded = {answer: round(value, 4) for answer, value in self.probabilities.items()}
        return {"answer": self.answer, "probabilities": rounded}


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

    def to_json(self) -> dict[str, Any]:
        """Return `facial_hair`, in place of what CelebA's attributes say, and `facial_hair_details`."""
        details = {
            name: told.to_json()
            for name, told in (
                ("style", self.style),
                ("length", self.length),
                ("mustache", self.mustache),
                ("sideburns", self.sideburns),
            )
        }
        return {"facial_hair": self.style.answer, "facial_hair_details": details}


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
        """Return the face as an observation's JSON contains it."""
        document: dict[str, Any] = {
            "box": [round(v, 1) for v in (self.box.x, self.box.y, self.box.width, self.box.height)],
            "keypoints": [[round(float(v), 1) for v in point] for point in self.keypoints],
            "score": round(self.score, 4),
            "quality": round(self.quality, 4),
            "primary": self.primary,
        }
        for fact in self.facts.values():
            document |= fact.to_json()
        return document


@dataclass(frozen=True, slots=True)
class UnjudgedFace:
    """A face that was seen and is not judged; box is in the frame that shows it best."""

    box: Box
    reason: LeftOut


@dataclass(frozen=True, slots=True)
class Observation:
    """The one answer to one trigger.

    Attributes:
        node: the node's id.
        trigger: what asked for it.
        triggered_at: when that was, in UTC.
        captured_at: when the first frame was taken, in UTC; None when there was none.
        reason: why there is no usable face; None when there is one.
        faces: the primary face first, then by decreasing area.
        face_count: how many faces were seen, usable or not.
        timings: milliseconds by stage.
        event_id: unique and sortable by time (UUID version 7, RFC 9562); the same when an event is sent again.
        unjudged: the other faces that were seen, by decreasing area.
        triggered_monotonic: the same moment as triggered_at on the monotonic clock, in seconds; None where nobody asks.
    """

    node: str
    trigger: Source
    triggered_at: datetime
    captured_at: datetime | None
    reason: Reason | None
    faces: tuple[Face, ...]
    face_count: int
    timings: Mapping[str, float]
    event_id: str = field(default_factory=lambda: str(uuid7()))
    unjudged: tuple[UnjudgedFace, ...] = ()
    triggered_monotonic: float | None = None

    @property
    def primary(self) -> Face | None:
        """The face that Home Assistant's entities show."""
        return next((face for face in self.faces if face.primary), None)

    def without_attributes(self, names: Collection[str]) -> Observation:
        """Return the observation without some attributes of its faces."""
        return replace(self, faces=tuple(face.without_attributes(names) for face in self.faces))

    def offering(self, names: Collection[str]) -> Observation:
        """Return the observation with the attributes of its faces marked; see FaceAttributes.offering."""
        return replace(self, faces=tuple(face.offering(names) for face in self.faces))

    @property
    def left_out(self) -> dict[LeftOut, int]:
        """How many faces are not judged, by the reason, in the order of LeftOut."""
        counts = Counter(face.reason for face in self.unjudged)
        return {reason: counts[reason] for reason in LeftOut if counts[reason]}

    def to_json(self) -> dict[str, Any]:
        """Return the observation as the document that docs/observation.md describes."""
        return {
            "event_id": self.event_id,
            "node": self.node,
            "trigger": self.trigger.value,
            "triggered_at": iso_time(self.triggered_at),
            "captured_at": iso_time(self.captured_at) if self.captured_at else None,
            "reason": self.reason.value if self.reason else None,
            "face_count": self.face_count,
            "left_out": {reason.value: count for reason, count in self.left_out.items()},
            "faces": [face.to_json() for face in self.faces],
            "timings": {stage: round(ms, 2) for stage, ms in self.timings.items()},
        }


def iso_time(moment: datetime) -> str:
    """Return a time as every document has it: ISO 8601, with milliseconds."""
    return moment.isoformat(timespec="milliseconds")
