"""From a trigger to its one observation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import TypeAlias

from device.camera import Camera
from device.errors import CameraError
from device.networks.card import Aim
from device.observation import Face, Frame, Image, Observation, Reason, Trigger
from device.perception.pipeline import Judgement, Perceived

_LOG = logging.getLogger(__name__)

# Long enough for a second press by the same person, too short for the next one to take their place.
_SAME_PERSON_FOR = timedelta(seconds=10)
_NOTHING = Perceived((), 0, None, {})


Perceive: TypeAlias = Callable[[Sequence[Frame], Judgement, Sequence[Face]], Perceived]
"""Says what a burst shows; see pipeline.Perception.perceive."""


@dataclass(frozen=True, slots=True)
class Look:
    """An observation and the picture that shows its primary face best, if there is one: (H, W, 3) uint8, BGR."""

    observation: Observation
    image: Image | None


class Observer:
    """Asks the camera and perception, and answers every trigger. One thread uses it.

    Args:
        node: the node's id.
        camera: asked for a burst at each trigger.
        perceive: says what the burst shows.
        burst: frames.
        aim: see attributes.decide.
        hysteresis: see attributes.decide.
    """

    def __init__(
        self,
        node: str,
        camera: Camera,
        perceive: Perceive,
        *,
        burst: int,
        aim: Aim = "balanced",
        hysteresis: float,
    ) -> None:
        self._node = node
        self._camera = camera
        self._perceive = perceive
        self._burst = burst
        self._aim: Aim = aim
        self._hysteresis = hysteresis
        self._previous: Observation | None = None

    def observe(self, trigger: Trigger, *, privacy: bool, threshold_offset: float) -> Look:
        """Answer a trigger; whatever goes wrong with the camera becomes the observation's reason.

        Args:
            trigger: what asked, and when.
            privacy: do not look.
            threshold_offset: see attributes.decide.
        """
        started = perf_counter()
        frames: list[Frame] = []
        seen, reason, timings = _NOTHING, None, {}
        if privacy:
            reason = Reason.PRIVACY
        else:
            try:
                frames = self._camera.burst(self._burst, newer_than=trigger.monotonic)
            except CameraError as error:
                _LOG.warning("No picture for the trigger by %s: %s", trigger.source, error)
                reason = Reason.CAMERA_UNAVAILABLE
            timings["capture"] = (perf_counter() - started) * 1000
        if frames:
            judgement = Judgement(self._aim, threshold_offset, self._hysteresis)
            seen = self._perceive(frames, judgement, self._faces_before(trigger.at))
            reason = seen.reason
        timings |= seen.timings
        timings["total"] = (perf_counter() - started) * 1000
        observation = Observation(
            node=self._node,
            trigger=trigger.source,
            triggered_at=trigger.at,
            captured_at=frames[0].captured_at if frames else None,
            reason=reason,
            faces=seen.faces,
            face_count=seen.face_count,
            timings=timings,
        )
        self._previous = observation
        _LOG.info("%s", summary(observation, len(frames)))
        return Look(observation, frames[seen.best_frame].image if frames else None)

    def forget(self) -> None:
        """Drop what was seen before, for privacy."""
        self._previous = None

    def _faces_before(self, moment: datetime) -> Sequence[Face]:
        before = self._previous
        if before is None or before.captured_at is None:
            return ()
        return before.faces if moment - before.captured_at <= _SAME_PERSON_FOR else ()


def summary(observation: Observation, frames: int) -> str:
    """Return an observation as one line for the log: the decision with its numbers."""
    took = f"{frames} frames, {observation.timings['total']:.0f} ms"
    face = observation.primary
    if face is None:
        text = f"{observation.reason}, {observation.face_count} faces seen"
    else:
        present = sum(attribute.present for attribute in face.attributes.values())
        text = (
            f"{len(observation.faces)} of {observation.face_count} faces judged; the primary one: "
            f"{face.box.size:.0f} px, quality {face.quality:.2f}, {present} attributes, "
            f"hair {face.hair_color or 'unknown'}, facial hair {face.facial_hair or 'unknown'}"
        )
    return f"{observation.trigger}: {text} ({took}, event {observation.event_id})"
