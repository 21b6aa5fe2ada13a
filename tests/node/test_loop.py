"""The one dispatch: each message reaches the part that it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from device.camera.status import CameraStatus
from device.entities.requests import Capture, Restart
from device.mqtt.events import (
    Birth,
    Command,
    Connected,
    Delivered,
    Disconnected,
    NewestVersion,
    Refused,
)
from device.node.inbox import Inbox
from device.node.loop import End, Loop, Upkeep
from device.node.messages import CameraChanged, Captured, Content, Stop
from device.node.observer import Request
from device.node.timing import Timing
from device.observation import Source, Trigger
from device.supervision.heartbeats import Heartbeats
from tests.clock import Clock
from tests.node.fakes import AVAILABLE, shot, trigger

REQUEST = Request(trigger(1.0), 0.0, "off")
CAPTURED = Captured(REQUEST, shot(REQUEST, 2.0), AVAILABLE)


@dataclass
class Parts:
    """All of the loop's parts in one, which remember what they are given."""

    left_to_the_loop: Capture | Restart | None = None
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

    def camera_is(self, camera: CameraStatus) -> None:
        """Remember how the camera is."""
        self.calls.append(camera)


def run(
    parts: Parts,
    *contents: Content,
    always: Callable[[], object] = lambda: None,
    when_idle: Callable[[], object] = lambda: None,
) -> End:
    """Let a loop handle messages, at a time that is known."""
    clock = Clock()
    inbox = Inbox(now=clock.now, clock=clock)
    for content in contents:
        inbox.put(content)
    loop = Loop(
        inbox,
        Heartbeats(),
        Timing(tick=0.001),
        controls=parts,
        answers=parts,
        reporter=parts,
        on_connection=parts.calls.append,
        upkeep=Upkeep([always], [when_idle]),
    )
    return loop.run()


@pytest.mark.parametrize(
    ("content", "calls"),
    [
        (trigger(1.0), [trigger(1.0)]),
        (Command("privacy", b"ON"), [("privacy", b"ON")]),
        (NewestVersion(b"9.9"), [b"9.9"]),
        (CAPTURED, [CAPTURED, AVAILABLE]),
        (CameraChanged(AVAILABLE), [AVAILABLE]),
        (Connected(), [Connected()]),
        (Birth(), [Birth()]),
        (Disconnected("gone"), [Disconnected("gone")]),
        (Delivered(7), [Delivered(7)]),
        (Refused(7, "no"), [Refused(7, "no")]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_message_reaches_its_part(content: Content, calls: list[object]) -> None:
    """And nobody else; after Stop the loop ends."""
    parts = Parts()
    assert run(parts, content, Stop()) is End.STOP
    assert parts.calls == calls


def test_a_capture_that_a_command_asks_for_is_a_trigger_of_the_time_when_it_came() -> None:
    """Not of the time when it was handled: it may have waited, and older frames do not count."""
    parts = Parts(left_to_the_loop=Capture())
    run(parts, Command("capture", b"PRESS"), Stop())
    clock = Clock()
    assert parts.calls[1] == Trigger(Source.COMMAND, clock.now(), clock())


def test_a_restart_ends_the_loop() -> None:
    """What still waits is for the next start."""
    parts = Parts(left_to_the_loop=Restart())
    assert run(parts, Command("restart", b"PRESS"), trigger(1.0)) is End.RESTART
    assert parts.calls == [("restart", b"PRESS")]


def test_upkeep_comes_after_each_message_and_reports_only_when_nothing_waits() -> None:
    """A flood is answered once."""
    done: list[str] = []
    run(
        Parts(),
        *[Delivered(number) for number in range(20)],
        Stop(),
        always=lambda: done.append("always"),
        when_idle=lambda: done.append("idle"),
    )
    assert done == ["always"] * 21 + ["idle"]


def test_upkeep_comes_without_any_message() -> None:
    """About once a second, here faster."""
    inbox = Inbox()
    done: list[None] = []

    def upkeep() -> None:
        done.append(None)
        if len(done) == 3:
            inbox.put(Stop())

    parts = Parts()
    loop = Loop(
        inbox,
        Heartbeats(),
        Timing(tick=0.001),
        controls=parts,
        answers=parts,
        reporter=parts,
        on_connection=parts.calls.append,
        upkeep=Upkeep([upkeep], []),
    )
    assert loop.run() is End.STOP
    assert len(done) == 4
