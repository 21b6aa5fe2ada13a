"""Stand-ins for the rest of the node when one of its components is tested alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from device.camera.camera import Camera
from device.camera.status import CameraStatus
from device.config import CameraSettings
from device.entities.kinds import Document, Json
from device.entities.settings import Settings
from device.node.observer import Request, Shot
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    Fact,
    Frame,
    Image,
    Observation,
    Reason,
    Source,
    Trigger,
)
from device.perception.pipeline import Judgement, Perceived
from device.system.secret_address import SecretAddress
from device.updates.artifact import Kind

PLAIN = Settings(
    privacy=False,
    motion_trigger=False,
    picture_mode="off",
    threshold_offset=0.0,
    motion_cool_down=0.0,
)
"""A node that nobody has set anything of."""

SOON = 30.0
"""Seconds, for what must come; it bounds a failure, and says nothing of how long anything takes."""


def trigger(monotonic: float, source: Source = Source.BUTTON) -> Trigger:
    """Return a trigger at a time of the monotonic clock."""
    return Trigger(source, datetime(2026, 1, 1, tzinfo=UTC), monotonic)


def face(*attributes: str, other: Fact | None = None) -> Face:
    """Return a face with some attributes, and perhaps with a fact of another analyser."""
    seen = {name: Attribute(0.9, present=True) for name in attributes}
    facts: dict[str, Fact] = {"attributes": FaceAttributes(seen, "brown", "beard")}
    facts |= {} if other is None else {"other": other}
    # An observation's JSON lists keypoints, and NumPy's arrays cannot be compared.
    return Face(Box(1, 2, 3, 4), keypoints=(), score=0.9, quality=0.8, primary=True, facts=facts)  # type: ignore[arg-type]


def shot(
    request: Request,
    burst_ended: float,
    *,
    reason: Reason | None = Reason.NO_FACE,
    picture: bytes | None = None,
    failure: str | None = None,
) -> Shot:
    """Return what came of a request."""
    seen = Observation(
        node="hall",
        trigger=request.trigger.source,
        triggered_at=request.trigger.at,
        captured_at=None if reason is Reason.CAMERA_UNAVAILABLE else request.trigger.at,
        reason=reason,
        faces=(),
        face_count=0,
        timings={"total": 1.0},
    )
    return Shot(seen, picture, 1, burst_ended, failure)


def frame(monotonic: float | None = None) -> Frame:
    """Return a small picture, taken at a time of the monotonic clock, or now."""
    taken = time.monotonic() if monotonic is None else monotonic
    return Frame(np.zeros((48, 64, 3), np.uint8), datetime.now(UTC), taken)


def see_nothing(
    _frames: Sequence[Frame],
    _judgement: Judgement,
    _previous: Sequence[Face] = (),
    _should_stop: Callable[[], bool] = lambda: False,
) -> Perceived:
    """Perceive an empty room."""
    return Perceived((), 0, Reason.NO_FACE, {})


def as_before(seen: Perceived, _judgement: Judgement) -> Perceived:
    """Decide again what was decided before."""
    return seen


@dataclass
class RecordingSink:
    """A second sink, which remembers everything.

    Attributes:
        triggers: as they came.
        observations: each with its picture.
        documents: each with its name.
        cameras: whether the camera gives pictures.
        shown: the picture.
        on_observed: called at each observation; it may take its time.
        calls: the names of the methods, in the order in which they were called.
    """

    triggers: list[Trigger] = field(default_factory=list)
    observations: list[tuple[Observation, bytes | None]] = field(default_factory=list)
    documents: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)
    cameras: list[bool] = field(default_factory=list)
    shown: bytes | None = None
    on_observed: Callable[[], object] = lambda: None
    calls: list[str] = field(default_factory=list)

    def triggered(self, trigger: Trigger) -> None:
        """Remember a trigger."""
        self.calls.append("triggered")
        self.triggers.append(trigger)

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Remember an observation."""
        self.calls.append("observed")
        self.observations.append((observation, picture))
        self.shown = picture
        self.on_observed()

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Remember a document."""
        self.calls.append(str(document))
        self.documents.append((str(document), content))

    def cleared(self) -> None:
        """Show no picture."""
        self.calls.append("cleared")
        self.shown = None

    def camera(self, *, is_online: bool) -> None:
        """Remember whether the camera gives pictures."""
        self.calls.append("camera")
        self.cameras.append(is_online)

    @property
    def reasons(self) -> list[Reason | None]:
        """The reasons of the observations."""
        return [observation.reason for observation, _picture in self.observations]

    def newest(self, document: str) -> Mapping[str, Json]:
        """Return what a document said last."""
        return [content for name, content in self.documents if name == document][-1]


@dataclass
class FakeUpdates:
    """Remembers what it is asked."""

    installed: list[Kind] = field(default_factory=list)
    looks: int = 0

    def install(self, kind: Kind) -> None:
        """Remember a request."""
        self.installed.append(kind)

    def check_soon(self) -> None:
        """Count a request."""
        self.looks += 1


class StuckSource:
    """A camera whose read answers only when a test lets it, as a stream that has fallen silent.

    Attributes:
        is_reading: set while a read waits.
        may_answer: clear for a read that waits.
        reads: how many have begun.
    """

    is_live = False
    check_interval = 60.0

    def __init__(self) -> None:
        self.is_open = False
        self.is_reading = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.reads = 0

    def read(self, n: int, newer_than: float, released: threading.Event) -> list[Frame]:
        """Return frames when it may; like a driver it does not know of releases while it waits."""
        del newer_than, released
        self.reads += 1
        self.is_open = True
        self.is_reading.set()
        assert self.may_answer.wait(SOON * 2)
        self.is_reading.clear()
        return [frame() for _ in range(n)]

    def check(self, released: threading.Event) -> Image | None:
        """Find the device."""
        del released
        self.is_open = True
        return None

    def close(self) -> None:
        """Let go."""
        self.is_open = False


def stuck_camera(source: StuckSource) -> Camera:
    """Return the node's own camera, in front of a source that may be stuck."""
    return Camera(
        lambda: source,
        CameraSettings(source=SecretAddress("0")),
        description="(stuck)",
        clock=lambda: 0.0,
        jitter=lambda: 0.0,
    )


AVAILABLE = CameraStatus(is_available=True)
