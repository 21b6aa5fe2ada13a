"""An observation that is ready to be published: what the state document and the event are made from. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from device.observation import Face, Observation, Reason, iso_time

_WITHOUT_A_PICTURE = frozenset({Reason.CAMERA_UNAVAILABLE, Reason.PRIVACY, Reason.FAILED})


class EventType(StrEnum):
    """The event types of an observation."""

    FACE = "face"
    NO_FACE = "no_face"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


def event_type(observation: Observation) -> EventType:
    """Return which kind of event an observation is."""
    if observation.reason is None:
        return EventType.FACE
    if observation.reason is Reason.NO_FACE:
        return EventType.NO_FACE
    return EventType.UNAVAILABLE if observation.reason in _WITHOUT_A_PICTURE else EventType.REFUSED


@dataclass(frozen=True, slots=True)
class Outcome:
    """An observation, and when it was ready.

    Attributes:
        observation: what was seen.
        ready_at: when it was complete, in UTC.
    """

    observation: Observation
    ready_at: datetime

    @property
    def is_seen(self) -> bool:
        """Whether there was a picture: without one nothing is known, not even that nobody is there."""
        return self.observation.reason not in _WITHOUT_A_PICTURE

    @property
    def face(self) -> Face | None:
        """The primary face."""
        return self.observation.primary

    @property
    def captured_at(self) -> str | None:
        """When the first frame was taken (ISO 8601); None when there was none."""
        moment = self.observation.captured_at
        return iso_time(moment) if moment else None

    @property
    def latency_ms(self) -> int:
        """Milliseconds from the trigger; never below zero, even if the clock was set back in between."""
        waited = self.ready_at - self.observation.triggered_at
        return max(round(waited.total_seconds() * 1000), 0)

    def has(self, attribute: str) -> bool | None:
        """Return whether the primary face has an attribute: False without a face, None if it cannot be judged."""
        if self.observation.reason is Reason.NO_FACE:
            return False
        face = self.face
        known = None if face is None else face.attributes.get(attribute)
        return None if known is None else known.present
