"""Every trigger gets one answer: an observation, or a place in that of the burst during which it came.

The newest answer is decided again when the owner changes how cautious the node is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from device.entities.settings import Settings
from device.node.health import Health
from device.node.messages import Captured, Reconsidered
from device.node.observer import Request, summary, unseen
from device.node.waiting import WaitingTriggers
from device.observation import Observation, Reason, Trigger

_LOG = logging.getLogger(__name__)


class Capturing(Protocol):
    """What of the capture thread is needed here; see capture.CaptureThread."""

    def request(self, request: Request) -> None:
        """Ask for an observation."""

    def reconsider(self, threshold_offset: float) -> None:
        """Ask to decide again about what was seen last."""


class Publishing(Protocol):
    """What of the sinks is needed here; see fan_out.FanOut."""

    def triggered(self, trigger: Trigger) -> None:
        """Take a trigger, before it is answered."""

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Take an observation."""

    def reconsidered(self, observation: Observation) -> None:
        """Take newer decisions about the newest observation."""


class Answers:
    """Between the triggers, the capture thread and the sinks. The loop's thread uses it.

    Args:
        node: the node's id.
        settings: as they are at the start.
        capture: is asked for one observation at a time.
        sink: receives every trigger and every observation, and newer decisions about the newest one.
        health: learns whether perception works.
        on_trigger: called at each trigger, before it is answered.
        clock: monotonic, in seconds; the triggers' own.
    """

    def __init__(
        self,
        node: str,
        settings: Settings,
        capture: Capturing,
        sink: Publishing,
        health: Health,
        *,
        on_trigger: Callable[[], object],
        clock: Callable[[], float],
    ) -> None:
        self._node = node
        self._settings = settings
        self._capture = capture
        self._sink = sink
        self._health = health
        self._on_trigger = on_trigger
        self._clock = clock
        self._asked: Request | None = None
        self._waiting = WaitingTriggers()
        self._answered_until = float("-inf")
        self._is_finishing = False
        self.coalesced = 0
        """Triggers since the start that were answered by the burst during which they came."""

    @property
    def is_busy(self) -> bool:
        """Whether a trigger waits for its answer."""
        return self._asked is not None

    def trigger(self, trigger: Trigger) -> None:
        """Answer a trigger, now or when the capture thread has.

        The sink receives it first: a doorbell rings at once.
        """
        self._on_trigger()
        self._sink.triggered(trigger)
        self._answer(trigger)

    def captured(self, captured: Captured) -> None:
        """Take what the capture thread has done.

        Raises:
            PerceptionError: perception has failed too often in a row.
        """
        if captured.request is not self._asked:
            # Privacy has answered its trigger: what the camera saw before that, or meanwhile, is not published.
            return
        self._asked = None
        shot = captured.shot
        # A picture in the mode of before is not what the owner allows now.
        is_allowed = captured.request.picture_mode == self._settings.picture_mode
        self._publish(shot.observation, shot.picture if is_allowed else None, shot.frames)
        self._answered_until = shot.burst_ended
        for trigger in self._waiting.answered_by(shot.burst_ended):
            self._coalesce(trigger)
        following = self._waiting.next()
        if following is not None:
            self._ask(following)
        self._health.captured(shot)

    def reconsidered(self, reconsidered: Reconsidered) -> None:
        """Take the newest observation as it was decided again."""
        # Of a slider's many values only the newest counts, whose answer follows.
        if reconsidered.threshold_offset == self._settings.threshold_offset:
            self._sink.reconsidered(reconsidered.observation)

    def apply(self, settings: Settings) -> None:
        """Take other settings: with privacy, what was asked for is answered without the camera.

        With another threshold offset, what was seen last is decided again.
        """
        before, self._settings = self._settings, settings
        if settings.privacy:
            self._answer_all()
        elif settings.threshold_offset != before.threshold_offset:
            self._capture.reconsider(settings.threshold_offset)

    def finish(self) -> None:
        """Answer whatever still waits, and whatever comes from now on, without the camera: the node ends."""
        self._is_finishing = True
        self._answer_all()

    def _answer_all(self) -> None:
        """Answer without the camera what was asked of it."""
        pending = self._waiting.clear()
        if self._asked is not None:
            pending.insert(0, self._asked.trigger)
            self._asked = None
        for trigger in pending:
            self._answer(trigger)

    def _answer(self, trigger: Trigger) -> None:
        if trigger.monotonic < self._answered_until:
            self._coalesce(trigger)
        elif self._settings.privacy:
            self._answer_unseen(trigger, Reason.PRIVACY)
        elif self._is_finishing:
            self._answer_unseen(trigger, Reason.FAILED)
        elif self._asked is not None:
            replaced = self._waiting.add(trigger)
            if replaced is not None:
                self._coalesce(replaced)
        else:
            self._ask(trigger)

    def _ask(self, trigger: Trigger) -> None:
        settings = self._settings
        self._asked = Request(trigger, settings.threshold_offset, settings.picture_mode)
        self._capture.request(self._asked)

    def _answer_unseen(self, trigger: Trigger, reason: Reason) -> None:
        # Before it is published, which may wait for the disk: a press meanwhile is a later one.
        self._answered_until = self._clock()
        total = (self._answered_until - trigger.monotonic) * 1000
        self._publish(unseen(self._node, trigger, reason, {"total": total}), None, 0)

    def _publish(self, observation: Observation, picture: bytes | None, frames: int) -> None:
        _LOG.info("%s", summary(observation, frames))
        self._sink.observed(observation, picture)

    def _coalesce(self, trigger: Trigger) -> None:
        self.coalesced += 1
        _LOG.info(
            "The trigger by %s came during a burst, which has answered it (%d so far)",
            trigger.source,
            self.coalesced,
        )
