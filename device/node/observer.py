"""From a trigger to its one observation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from device.config.sections.privacy import PictureMode
from device.errors import CameraError, CameraReleasedError, PerceptionStoppedError
from device.node.picture import render
from device.observation import Face, Frame, Observation, Reason, Trigger
from device.perception.analysers.analyser import BALANCED
from device.perception.pipeline import Judgement, Perceived

_LOG = logging.getLogger(__name__)

# Long enough for a second press by the same person, too short for the next one to take their place.
_SAME_PERSON_SECONDS = 10.0


Perceive: TypeAlias = Callable[
    [Sequence[Frame], Judgement, Sequence[Face], Callable[[], bool]], Perceived
]
"""What a burst shows; see pipeline.Perception.perceive."""

Reconsider: TypeAlias = Callable[[Perceived, Judgement], Perceived]
"""What a burst would have shown with another judgement; see pipeline.Perception.reconsider."""


class Remembering(Protocol):
    """Whatever remembers what was seen; see hardware.Senses."""

    def remember(self, event_id: str, seen: Perceived) -> None:
        """Take what an observation was made from."""

    def forget(self) -> None:
        """Drop it."""


class BurstCamera(Protocol):
    """What of the camera is needed here; see camera.Camera."""

    def burst(self, n: int, newer_than: float) -> list[Frame]:
        """Return between 1 and n frames, all taken after newer_than."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a trigger asks of the camera and perception.

    Attributes:
        trigger: what asked, and when.
        threshold_offset: see attributes.decide.
        picture_mode: what of the picture may leave the node.
    """

    trigger: Trigger
    threshold_offset: float
    picture_mode: PictureMode


@dataclass(frozen=True, slots=True)
class Shot:
    """What came of a request.

    Attributes:
        observation: the answer.
        picture: a JPEG of what may leave the node; None when nothing may, or there is none.
        frames: how many the burst had.
        burst_ended: when its last frame was taken, or, without a frame, when it began: seconds on the monotonic clock.
            Later triggers were not seen by this burst.
        failure: why there is no answer, where that is the program's fault and not the camera's.
    """

    observation: Observation
    picture: bytes | None
    frames: int
    burst_ended: float
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Last:
    """The newest observation, what it was made from, and the offset with which it was decided.

    Attributes:
        captured: when its first frame was taken, in seconds on the monotonic clock; None without a frame.
    """

    observation: Observation
    seen: Perceived
    threshold_offset: float
    captured: float | None


class Observer:
    """Asks the camera and perception, and answers every request. One thread uses it.

    Args:
        node: the node's id.
        camera: asked for a burst for each request.
        perceive: returns what the burst shows.
        reconsider: returns what it would have shown with other settings.
        burst: frames.
        judgement: how cautious decisions are, but for the offset, which each request has.
        others: remember what each burst shows as well.
        clock: monotonic, in seconds; the triggers' own.
    """

    def __init__(
        self,
        node: str,
        camera: BurstCamera,
        perceive: Perceive,
        reconsider: Reconsider,
        *,
        burst: int,
        judgement: Judgement = BALANCED,
        others: Remembering | None = None,
        clock: Callable[[], float],
    ) -> None:
        self._node = node
        self._camera = camera
        self._perceive = perceive
        self._reconsider = reconsider
        self._burst = burst
        self._judgement = judgement
        self._others = others
        self._clock = clock
        self._last: _Last | None = None

    def observe(self, request: Request, should_stop: Callable[[], bool]) -> Shot:
        """Answer a request; whatever goes wrong becomes the observation's reason.

        Args:
            request: what is asked for.
            should_stop: whether nobody wants the answer any more; asked again and again.

        Raises:
            CameraReleasedError: the camera was released meanwhile, for privacy: nothing that it saw counts.
            PerceptionStoppedError: should_stop returned True.
        """
        trigger = request.trigger
        started = self._clock()
        captured: float | None = None
        frames: list[Frame] = []
        picture: bytes | None = None
        failure: str | None = None
        try:
            frames = self._camera.burst(self._burst, newer_than=trigger.monotonic)
            captured = self._clock()
            judgement = self._judged_with(request.threshold_offset)
            seen = self._perceive(
                frames, judgement, self._faces_before(trigger.monotonic), should_stop
            )
            picture = _picture(frames, seen, request.picture_mode)
        except (CameraReleasedError, PerceptionStoppedError):
            raise
        except CameraError as error:
            _LOG.warning("No picture for the trigger by %s: %s", trigger.source, error)
            seen = Perceived((), 0, Reason.CAMERA_UNAVAILABLE, {})
        except Exception as error:  # noqa: BLE001 - see below
            # The next press may go well; whoever pressed gets an answer in any case.
            _LOG.exception("No answer to the trigger by %s", trigger.source)
            seen = Perceived((), 0, Reason.FAILED, {})
            failure = f"{type(error).__name__}: {error}"
        captured = self._clock() if captured is None else captured
        timings = {
            "capture": (captured - started) * 1000,
            **seen.timings,
            "total": (self._clock() - trigger.monotonic) * 1000,
        }
        observation = Observation(
            node=self._node,
            trigger=trigger.source,
            triggered_at=trigger.at,
            captured_at=frames[0].captured_at if frames else None,
            reason=seen.reason,
            faces=seen.faces,
            face_count=seen.face_count,
            timings=timings,
            unjudged=seen.unjudged,
            triggered_monotonic=trigger.monotonic,
        )
        first = frames[0].monotonic if frames else None
        self._last = _Last(observation, seen, request.threshold_offset, first)
        if self._others is not None:
            self._others.remember(observation.event_id, seen)
        burst_ended = frames[-1].monotonic if frames else started
        return Shot(observation, picture, len(frames), burst_ended, failure)

    def reconsider(self, threshold_offset: float) -> Observation | None:
        """Return the newest observation as it is decided with another offset, under the same id.

        Returns:
            None if that was the offset already, if there is no face to decide about, or if perception fails.
        """
        last = self._last
        if last is None or not last.seen.faces or last.threshold_offset == threshold_offset:
            return None
        try:
            seen = self._reconsider(last.seen, self._judged_with(threshold_offset))
        except Exception:  # noqa: BLE001 - an analyser of somebody else must not end the node
            _LOG.exception("The newest observation stays as it was decided")
            return None
        observation = replace(last.observation, faces=seen.faces)
        self._last = _Last(observation, seen, threshold_offset, last.captured)
        return observation

    def forget(self) -> None:
        """Drop what was seen before, for privacy."""
        self._last = None
        if self._others is not None:
            self._others.forget()

    def _judged_with(self, threshold_offset: float) -> Judgement:
        return replace(self._judgement, threshold_offset=threshold_offset)

    def _faces_before(self, moment: float) -> Sequence[Face]:
        last = self._last
        if last is None or last.captured is None:
            return ()
        return last.observation.faces if moment - last.captured <= _SAME_PERSON_SECONDS else ()


def unseen(
    node: str, trigger: Trigger, reason: Reason, timings: Mapping[str, float]
) -> Observation:
    """Return the observation of a trigger for which the camera was not asked."""
    return Observation(
        node=node,
        trigger=trigger.source,
        triggered_at=trigger.at,
        captured_at=None,
        reason=reason,
        faces=(),
        face_count=0,
        timings=timings,
        triggered_monotonic=trigger.monotonic,
    )


def summary(observation: Observation, frames: int) -> str:
    """Return an observation as one line for the log: the decision with its numbers."""
    took = f"{frames} frames, {observation.timings['total']:.0f} ms"
    face = observation.primary
    if face is None:
        text = f"{observation.reason}, {observation.face_count} faces seen"
    else:
        text = (
            f"{len(observation.faces)} of {observation.face_count} faces judged; the primary one: "
            f"{face.box.size:.0f} px, quality {face.quality:.2f}, {decision(face)}"
        )
    return f"{observation.trigger}: {text} ({took}, event {observation.event_id})"


def decision(face: Face) -> str:
    """Return what was decided about a face, as a part of a line for the log."""
    present = sum(attribute.present for attribute in face.attributes.values())
    return (
        f"{present} attributes, hair {face.hair_color or 'unknown'}, "
        f"facial hair {face.facial_hair or 'unknown'}"
    )


def _picture(frames: Sequence[Frame], seen: Perceived, mode: PictureMode) -> bytes | None:
    face = next((face.box for face in seen.faces if face.primary), None)
    return render(frames[seen.best_frame].image, face, mode)
