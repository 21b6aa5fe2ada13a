"""The desk at which triggers are answered, and what it asks and tells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from device.node.answers import Answers
from device.node.health import Health
from device.node.messages import Captured
from device.node.observer import Request
from device.node.timing import USUAL
from device.observation import Observation, Reason, Source
from device.supervision.boot_log import BootLog
from device.system.json_store import JsonStore
from tests.clock import Clock
from tests.node.fakes import AVAILABLE, PLAIN, RecordingSink, shot, trigger

PRIVATE = replace(PLAIN, privacy=True)


@dataclass
class FakeCapture:
    """Remembers what it is asked for."""

    requests: list[Request] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)

    def reconsider(self, threshold_offset: float) -> None:
        """Remember an offset."""
        self.offsets.append(threshold_offset)

    def request(self, request: Request) -> None:
        """Remember a request."""
        self.requests.append(request)


@dataclass
class AnswersSink(RecordingSink):
    """A sink that takes newer decisions as well."""

    decided_again: list[Observation] = field(default_factory=list)

    def reconsidered(self, observation: Observation) -> None:
        """Remember an observation."""
        self.decided_again.append(observation)


class Desk:
    """Answers, and what they ask and tell."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.capture = FakeCapture()
        self.hurried: list[int] = []
        self.sink = AnswersSink()
        boot_log = BootLog.load(JsonStore(folder / "starts.json"), self.clock.now)
        self.health = Health(
            boot_log,
            JsonStore(folder / "perception.json"),
            is_safe_mode=False,
            clock=self.clock,
            timing=USUAL,
        )
        self.answers = Answers(
            "hall",
            PLAIN,
            self.capture,
            self.sink,
            self.health,
            on_trigger=lambda: self.hurried.append(len(self.capture.requests)),
            clock=self.clock,
        )

    def press(self, at: float, source: Source = Source.BUTTON) -> None:
        """Trigger at a time of the monotonic clock."""
        self.answers.trigger(trigger(at, source))

    def capture_ends(
        self,
        burst_ended: float,
        *,
        picture: bytes | None = None,
        failure: str | None = None,
        number: int = -1,
    ) -> None:
        """Let the capture thread answer one of the requests, the last one unless a number says otherwise."""
        request = self.capture.requests[number]
        reason = Reason.FAILED if failure else Reason.NO_FACE
        done = shot(request, burst_ended, reason=reason, picture=picture, failure=failure)
        self.answers.captured(Captured(request, done, AVAILABLE))
