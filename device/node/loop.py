"""The node's loop: takes one message after the other, and has its part do what it asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from device.camera.status import CameraStatus
from device.entities.requests import Capture, Restart
from device.errors import PerceptionError
from device.mqtt.events import Command, LinkEvent, NewestVersion
from device.node.gallery_tasks import EnrolPictureTask, EnrolSeenTask
from device.node.gallery_work import GalleryDone, PeopleChanged
from device.node.inbox import Inbox
from device.node.messages import (
    CameraChanged,
    Captured,
    Content,
    Message,
    Reconsidered,
    Stop,
)
from device.node.shared_topic import PersonToShare
from device.node.timing import Timing
from device.observation import MotionLevel, Source, Trigger
from device.supervision.heartbeats import Heartbeats

_LOG = logging.getLogger(__name__)

# For which the end takes what comes: among it is what came before, and was overtaken.
_LATE_SECONDS = 1.0


class End(Enum):
    """How the loop ended: the process should end as well, or the node start again."""

    STOP = auto()
    RESTART = auto()


class Obeying(Protocol):
    """What of the controls is needed here; see controls.Controls."""

    def obey(self, key: str, payload: bytes) -> Capture | Restart | None:
        """Do what a command asks, and return what the loop has to do."""

    def take_version(self, payload: bytes) -> None:
        """Take what somebody published as the newest version of Facet."""


class Answering(Protocol):
    """What of the answers is needed here; see answers.Answers."""

    def trigger(self, trigger: Trigger) -> None:
        """Answer a trigger."""

    @property
    def is_busy(self) -> bool:
        """Whether a trigger waits for its answer."""

    def captured(self, captured: Captured) -> None:
        """Take what the capture thread has done."""

    def reconsidered(self, reconsidered: Reconsidered) -> None:
        """Take what the capture thread has decided again."""

    def finish(self) -> None:
        """Answer whatever still waits, and whatever comes from now on, without the camera."""


class Reporting(Protocol):
    """What of the reporter is needed here; see reporter.Reporter."""

    def camera_is(self, camera: CameraStatus) -> None:
        """Take how the camera is."""

    def motion_is(self, level: MotionLevel) -> None:
        """Take what the motion sensor says."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is to be done after each message, and about once a second without any.

    Attributes:
        always: whatever waits.
        when_idle: only while nothing waits in the inbox.
        when_quiet: once nothing has come for a moment, and every second while messages come one by one. The thread that
            answers a press would have to wait for it, and what follows from a press would cause it again and again.
        due: returns when there is upkeep to do that should not wait for a second; None while there is none.
    """

    always: Sequence[Callable[[], object]]
    when_idle: Sequence[Callable[[], object]]
    when_quiet: Sequence[Callable[[], object]]
    due: Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class Takers:
    """Who takes what the loop itself has no part in.

    Attributes:
        connection: what the link reports.
        people: who is enrolled, whom else to enrol, and what came of a task for them.
        shared: who is to be published for other nodes.
    """

    connection: Sequence[Callable[[LinkEvent], None]]
    people: Callable[[PeopleChanged | GalleryDone | EnrolPictureTask | EnrolSeenTask], None]
    shared: Callable[[PersonToShare], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where everything comes in, and what puts it there until the loop ends.

    Attributes:
        inbox: what has come in.
        clock: the inbox's: monotonic, in seconds.
        stop_triggers: from now on no pin triggers.
        close_gate: from now on nothing of this start is put; see gate.Gate.
        restarts_from: on the clock; a command that came before that does not restart the node.
    """

    inbox: Inbox
    clock: Callable[[], float]
    stop_triggers: Callable[[], object]
    close_gate: Callable[[], object]
    restarts_from: float = float("-inf")


class Loop:
    """Takes one message after the other out of the inbox. It never touches the camera or a network.

    Args:
        inputs: where everything comes in.
        heartbeats: the loop's own, and systemd's.
        timing: how often there is upkeep, and how long a message may take.
        controls: does what commands ask.
        answers: answers triggers.
        reporter: learns how the camera is, and what the motion sensor says.
        takers: of what the loop itself has no part in.
        upkeep: from time to time.
    """

    def __init__(
        self,
        inputs: Inputs,
        heartbeats: Heartbeats,
        timing: Timing,
        *,
        controls: Obeying,
        answers: Answering,
        reporter: Reporting,
        takers: Takers,
        upkeep: Upkeep,
    ) -> None:
        self._inbox = inputs.inbox
        self._heartbeats = heartbeats
        self._timing = timing
        self._controls = controls
        self._answers = answers
        self._reporter = reporter
        self._takers = takers
        self._upkeep = upkeep
        self._has_ignored_restart = False
        self._is_quiet = False
        self._quiet_by = float("-inf")
        self._inputs = inputs
        self._end: End | None = None

    def run(self) -> End:
        """Work until a Stop comes, or somebody asks for a restart; every trigger of before is answered first.

        Raises:
            PerceptionError: perception has failed too often in a row.
        """
        try:
            while self._end is None:
                self._is_quiet = not self._take_message(self._until_upkeep())
                self._heartbeats.loop.begin("looking after pins and reports", self._timing.patience)
                self._look_after_everything()
                self._heartbeats.progress()
            self._wait_for_answers()
        except PerceptionError:
            self._answer_the_rest()
            raise
        self._answer_the_rest()
        return self._end

    def _wait_for_answers(self) -> None:
        """Go on until every trigger has its answer, but not for long."""
        self._inputs.stop_triggers()
        deadline = self._inputs.clock() + self._timing.last_answers
        while self._answers.is_busy or not self._inbox.is_empty:
            remaining = deadline - self._inputs.clock()
            if remaining <= 0:
                return
            self._take_message(min(remaining, self._timing.tick))
            self._heartbeats.progress()

    def _answer_the_rest(self) -> None:
        """Answer at once what has no answer yet: the outbox is still open, and keeps it."""
        self._inputs.stop_triggers()
        self._inputs.close_gate()
        closed_at = self._inputs.clock()
        self._answers.finish()
        while (message := self._inbox.get(0.0)) is not None:
            self._handle(message)
            if message.monotonic > closed_at + _LATE_SECONDS:
                return  # others may follow without end

    def _until_upkeep(self) -> float:
        """Return for how many seconds a message may be waited for."""
        timing, due = self._timing, self._upkeep.due()
        longest = timing.tick if self._is_quiet else min(timing.moment, timing.tick)
        if due is None:
            return longest
        return min(max(due - self._inputs.clock(), 0.0), longest)

    def _take_message(self, timeout: float) -> bool:
        """Handle the next message; return whether one has come in this time."""
        timing, heartbeat = self._timing, self._heartbeats.loop
        heartbeat.begin("waiting", timeout + timing.patience)
        message = self._inbox.get(timeout)
        if message is not None:
            heartbeat.begin(f"handling a {type(message.content).__name__}", timing.patience)
            self._handle(message)
        return message is not None

    def _handle(self, message: Message) -> None:
        match message.content:
            case Trigger() as trigger:
                self._answers.trigger(trigger)
            case MotionLevel() as level:
                self._reporter.motion_is(level)
            case Command(key, payload):
                self._obey(key, payload, message)
            case NewestVersion(payload):
                self._controls.take_version(payload)
            case event if isinstance(event, LinkEvent):
                for take in self._takers.connection:
                    take(event)
            case Stop():
                self._end = End.STOP
            case found:
                self._take_capture(found)

    def _take_capture(self, found: Content) -> None:
        match found:
            case Captured() as captured:
                self._answers.captured(captured)
                self._reporter.camera_is(captured.camera)
            case Reconsidered() as reconsidered:
                self._answers.reconsidered(reconsidered)
            case CameraChanged(camera):
                self._reporter.camera_is(camera)
            case PeopleChanged() | GalleryDone() | EnrolPictureTask() | EnrolSeenTask() as change:
                self._takers.people(change)
            case PersonToShare() as somebody:
                self._takers.shared(somebody)

    def _obey(self, key: str, payload: bytes, message: Message) -> None:
        match self._controls.obey(key, payload):
            case Capture():
                self._answers.trigger(Trigger(Source.COMMAND, message.at, message.monotonic))
            case Restart() if message.monotonic < self._inputs.restarts_from:
                self._ignore_restart()
            case Restart():
                if self._end is None:
                    _LOG.info("Restarting, because Home Assistant's button asks for it")
                # A Stop that has come before stays one.
                self._end = self._end or End.RESTART
            case None:
                pass

    def _ignore_restart(self) -> None:
        """Go on: thousands of presses at once are one, and would otherwise leave no time in which anything works."""
        if not self._has_ignored_restart:
            _LOG.warning(
                "A Restart is ignored, because the node has just restarted; press again after %.0f s",
                self._timing.restart_pause,
            )
        self._has_ignored_restart = True

    def _look_after_everything(self) -> None:
        for do in self._upkeep.always:
            do()
        waiting = self._upkeep.when_idle
        now = self._inputs.clock()
        if self._is_quiet or now >= self._quiet_by:
            self._quiet_by = now + self._timing.tick
            waiting = (*waiting, *self._upkeep.when_quiet)
        for do in waiting:
            if self._inbox.is_empty:
                do()
