"""The one answer to one trigger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from typing_extensions import TypedDict
from uuid6 import uuid7

from device.observation.face import Face
from device.observation.picture import Box
from device.observation.trigger import Source
from device.observation.values import Count, Time, iso_time


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
class UnjudgedFace:
    """A face that was seen and is not judged; box is in the frame that shows it best."""

    box: Box
    reason: LeftOut


class ObservationJson(TypedDict):
    """One observation; see docs/observation.md for what each key means."""

    event_id: str
    node: str
    trigger: Source
    triggered_at: Time
    captured_at: Time | None
    reason: Reason | None
    face_count: Count
    left_out: dict[LeftOut, Count]
    faces: list[dict[str, Any]]
    timings: dict[str, float]


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
        if not names:
            return self
        return replace(self, faces=tuple(face.without_attributes(names) for face in self.faces))

    def offering(self, names: Collection[str]) -> Observation:
        """Return the observation with the attributes of its faces marked; see FaceAttributes.offering."""
        return replace(self, faces=tuple(face.offering(names) for face in self.faces))

    @property
    def left_out(self) -> dict[LeftOut, int]:
        """How many faces are not judged, by the reason, in the order of LeftOut."""
        counts = Counter(face.reason for face in self.unjudged)
        return {reason: counts[reason] for reason in LeftOut if counts[reason]}

    def to_json(self) -> ObservationJson:
        """Return the observation as the document that docs/observation.md describes."""
        return {
            "event_id": self.event_id,
            "node": self.node,
            "trigger": self.trigger,
            "triggered_at": iso_time(self.triggered_at),
            "captured_at": iso_time(self.captured_at) if self.captured_at else None,
            "reason": self.reason,
            "face_count": self.face_count,
            "left_out": self.left_out,
            "faces": [face.to_json() for face in self.faces],
            "timings": {stage: round(ms, 2) for stage, ms in self.timings.items()},
        }
