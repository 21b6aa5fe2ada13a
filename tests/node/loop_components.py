"""A loop with its components in one, for the tests of the loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from device.camera.status import CameraStatus
from device.entities.requests import Capture, Restart
from device.errors import PerceptionError
from device.node.inbox import Inbox
from device.node.loop import End, Inputs, Loop, Takers, Upkeep
from device.node.messages import Captured, Content, Reconsidered
from device.node.timing import Timing
from device.observation import MotionLevel, Trigger
from device.supervision.heartbeats import Heartbeats
from tests.clock import Clock

TIMING = Timing(tick=0.001)


@dataclass
class Components:
    """All of the loop's components in one, which remember what they are given.

    Attributes:
        left_to_the_loop: what the next command leaves to the loop.
        is_busy: whether a trigger waits for its answer.
        captured_raises: what happens at a capture.
        calls: what they were given.
    """

    left_to_the_loop: Capture | Restart | None = None
    is_busy: bool = False
    captured_raises: PerceptionError | None = None
    calls: list[object] = field(default_factory=list)

    def obey(self, key: str, payload: bytes) -> Capture | Restart | None:
        """Remember a command."""
        self.calls.append((key, payload))
        return self.left_to_the_loop

    def take_version(self, payload: bytes) -> None:
        """Remember a version."""
        self.calls.append(payload)

    def trigger(self, trigger: Trigger) -> None:
        """Remember a trigger."""
        self.calls.append(trigger)

    def captured(self, captured: Captured) -> None:
        """Remember a capture."""
        self.calls.append(captured)
        self.is_busy = False
        if self.captured_raises is not None:
            raise self.captured_raises

    def reconsidered(self, reconsidered: Reconsidered) -> None:
        """Remember what was decided again."""
        self.calls.append(reconsidered)

    def finish(self) -> None:
        """Remember it."""
        self.calls.append("finish")
        self.is_busy = False

    def stop_triggers(self) -> None:
        """Remember it."""
        self.calls.append("stop triggers")

    def close_gate(self) -> None:
        """Remember it."""
        self.calls.append("close gate")

    def camera_is(self, camera: CameraStatus) -> None:
        """Remember how the camera is."""
        self.calls.append(camera)

    def motion_is(self, level: MotionLevel) -> None:
        """Remember what the motion sensor says."""
        self.calls.append(level)


def run(
    components: Components,
    *contents: Content,
    always: Callable[[], object] = lambda: None,
    when_idle: Callable[[], object] = lambda: None,
) -> End:
    """Let a loop handle messages, at a time that is known."""
    clock = Clock()
    inbox = Inbox(now=clock.now, clock=clock)
    for content in contents:
        inbox.put(content)
    return loop_of(components, inbox, clock, always, when_idle).run()


def loop_of(
    components: Components,
    inbox: Inbox,
    clock: Callable[[], float],
    always: Callable[[], object] = lambda: None,
    when_idle: Callable[[], object] = lambda: None,
    when_quiet: Callable[[], object] = lambda: None,
    due: Callable[[], float | None] = lambda: None,
    restarts_from: float = float("-inf"),
) -> Loop:
    """Return a loop."""
    return Loop(
        Inputs(inbox, clock, components.stop_triggers, components.close_gate, restarts_from),
        Heartbeats(),
        TIMING,
        controls=components,
        answers=components,
        reporter=components,
        takers=Takers([components.calls.append], components.calls.append, components.calls.append),
        upkeep=Upkeep([always], [when_idle], [when_quiet], due),
    )


END = ["stop triggers", "stop triggers", "close gate", "finish"]
"""What the loop does at its end."""
