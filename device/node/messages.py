"""What the node's loop can find in its inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from device.camera.status import CameraStatus
from device.mqtt.events import LinkEvent
from device.node.gallery_tasks import EnrolPictureTask, EnrolSeenTask
from device.node.gallery_work import GalleryDone, PeopleChanged
from device.node.observer import Request, Shot
from device.node.shared_topic import PersonToShare
from device.observation import MotionLevel, Observation, Trigger


@dataclass(frozen=True, slots=True)
class Captured:
    """The capture thread has done what it was asked for.

    Attributes:
        request: what was asked for.
        shot: what came of it.
        camera: how the camera is since.
    """

    request: Request
    shot: Shot
    camera: CameraStatus


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """The capture thread has decided again about what it saw last.

    Attributes:
        observation: the same one, with other decisions.
        threshold_offset: with which they were made; see attributes.decide.
    """

    observation: Observation
    threshold_offset: float


@dataclass(frozen=True, slots=True)
class CameraChanged:
    """The camera was lost or found again, or its fault is another one."""

    camera: CameraStatus


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody asks the node to end."""


Content: TypeAlias = (
    Trigger
    | MotionLevel
    | LinkEvent
    | Captured
    | Reconsidered
    | CameraChanged
    | PeopleChanged
    | GalleryDone
    | PersonToShare
    | EnrolPictureTask
    | EnrolSeenTask
    | Stop
)


@dataclass(frozen=True, slots=True)
class Message:
    """Something in the inbox, and when it came (UTC, and seconds on the monotonic clock)."""

    content: Content
    at: datetime
    monotonic: float
