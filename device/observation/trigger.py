"""What asks for an observation, and what the motion sensor says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import monotonic

from device.observation.values import utc_now


class Source(StrEnum):
    """What asked for an observation."""

    BUTTON = "button"
    MOTION = "motion"
    COMMAND = "command"
    KEYBOARD = "keyboard"
    FILE = "file"


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
