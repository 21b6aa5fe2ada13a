"""The one dispatch: each message reaches the part that it is for."""

from __future__ import annotations

from time import monotonic

import pytest

from device.entities.requests import Capture, Restart
from device.errors import PerceptionError
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
from device.node.loop import End
from device.node.messages import (
    CameraChanged,
    Captured,
    Content,
    Message,
    Reconsidered,
    Stop,
)
from device.node.observer import Request
from device.observation import MotionLevel, Source, Trigger
from tests.clock import Clock
from tests.node.fakes import AVAILABLE, shot, trigger
from tests.node.loop_components import END, TIMING, Components, loop_of, run

REQUEST = Request(trigger(1.0), 0.0, "off")
CAPTURED = Captured(REQUEST, shot(REQUEST, 2.0), AVAILABLE)
RECONSIDERED = Reconsidered(CAPTURED.shot.observation, 0.1)


@pytest.mark.parametrize(
    ("content", "calls"),
    [
        (trigger(1.0), [trigger(1.0)]),
        (MotionLevel(is_active=True), [MotionLevel(is_active=True)]),
        (Command("privacy", b"ON"), [("privacy", b"ON")]),
        (NewestVersion(b"9.9"), [b"9.9"]),
        (CAPTURED, [CAPTURED, AVAILABLE]),
        (RECONSIDERED, [RECONSIDERED]),
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
    components = Components()
    assert run(components, content, Stop()) is End.STOP
    assert components.calls == [*calls, *END]


def test_a_capture_that_a_command_asks_for_is_a_trigger_of_the_time_when_it_came() -> None:
    """Not of the time when it was handled: it may have waited, and older frames do not count."""
    components = Components(left_to_the_loop=Capture())
    run(components, Command("capture", b"PRESS"), Stop())
    clock = Clock()
    assert components.calls[1] == Trigger(Source.COMMAND, clock.now(), clock())


def test_a_restart_ends_the_loop_after_what_waits() -> None:
    """A press that was noticed before is answered before."""
    components = Components(left_to_the_loop=Restart())
    assert run(components, Command("restart", b"PRESS"), trigger(1.0)) is End.RESTART
    assert components.calls == [("restart", b"PRESS"), END[0], trigger(1.0), *END[1:]]


@pytest.mark.parametrize("last", [Stop(), Command("restart", b"PRESS")], ids=["stop", "restart"])
def test_an_answer_that_is_on_its_way_is_waited_for(last: Content) -> None:
    """It comes before the loop has the rest answered without the camera."""
    components = Components(left_to_the_loop=Restart(), is_busy=True)
    run(components, last, CAPTURED)
    assert components.calls[-5:] == [CAPTURED, AVAILABLE, *END[1:]]


def test_an_answer_that_does_not_come_is_not_waited_for_long() -> None:
    """What is left is answered without it, and what then still lies in the inbox too."""
    clock = Clock()
    # Half of the time passes until the Stop is taken.
    pressed_at = 1000.0 + TIMING.last_answers * 3 / 2

    class Late(Inbox):
        """One in which nothing comes, except a trigger at the last moment."""

        def get(self, timeout: float) -> Message | None:
            message = super().get(0.0)
            if timeout > 0:
                clock.seconds += TIMING.last_answers / 2
                if clock.seconds == pressed_at:
                    self.put(trigger(1.0))
            return message

    inbox, components = Late(now=clock.now, clock=clock), Components(is_busy=True)
    inbox.put(Stop())
    assert loop_of(components, inbox, clock).run() is End.STOP
    assert components.calls == [*END, trigger(1.0)]
    assert clock.seconds == pressed_at


def test_what_comes_without_end_does_not_keep_the_loop() -> None:
    """What comes within a second of the end is still taken; it would otherwise be lost."""
    clock = Clock()

    class Flooded(Inbox):
        """One in which there is always another message."""

        def get(self, timeout: float) -> Message | None:
            clock.seconds += 0.5
            self.put(NewestVersion(b"9.9"))
            return super().get(timeout)

    inbox, components = Flooded(now=clock.now, clock=clock), Components()
    inbox.put(Stop())
    assert loop_of(components, inbox, clock).run() is End.STOP
    assert clock.seconds < 1000.0 + TIMING.last_answers + 30.0


def test_a_stop_is_not_overtaken_by_a_restart() -> None:
    """Nor does it wait for the next start."""
    components = Components(left_to_the_loop=Restart())
    assert run(components, Stop(), Command("restart", b"PRESS")) is End.STOP
    assert run(components, Command("restart", b"PRESS"), Stop()) is End.STOP


def test_restarts_that_were_pressed_before_are_done_with_the_restart_that_came(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Hundreds of presses at once are one line in the log; the press of another button among them comes before."""
    clock, components = Clock(), Components(left_to_the_loop=Restart())
    inbox = Inbox(now=clock.now, clock=clock)
    for _ in range(500):
        inbox.put(Command("restart", b"PRESS"))
    inbox.put(trigger(1.0))
    inbox.put(Stop())
    clock.seconds += 1
    loop = loop_of(components, inbox, clock, restarts_from=clock())
    assert loop.run() is End.STOP
    assert components.calls == [trigger(1.0), *END[:1], *[("restart", b"PRESS")] * 500, *END[1:]]
    assert caplog.text.count("A Restart is ignored") == 1


def test_a_restart_that_is_pressed_later_works_as_always() -> None:
    """From that moment on."""
    clock, components = Clock(), Components(left_to_the_loop=Restart())
    inbox = Inbox(now=clock.now, clock=clock)
    inbox.put(Command("restart", b"PRESS"))
    assert loop_of(components, inbox, clock, restarts_from=clock()).run() is End.RESTART


def test_perception_that_ends_the_loop_leaves_no_trigger_without_an_answer() -> None:
    """What waits is answered before the error leaves the loop."""
    components = Components(captured_raises=PerceptionError("broken"))
    with pytest.raises(PerceptionError):
        run(components, CAPTURED, trigger(1.0))
    assert components.calls == [CAPTURED, *END[1:], trigger(1.0)]


def test_upkeep_comes_after_each_message_and_reports_only_when_nothing_waits() -> None:
    """A flood is answered once."""
    done: list[str] = []
    run(
        Components(),
        *[Delivered(number) for number in range(20)],
        Stop(),
        always=lambda: done.append("always"),
        when_idle=lambda: done.append("idle"),
    )
    assert done == ["always"] * 21 + ["idle"]


def test_reports_about_the_node_wait_until_nothing_has_come_for_a_moment() -> None:
    """Or for a second, if it never is quiet: no answer waits for them, and many messages cause one."""
    clock, done = Clock(), list[str]()
    steps = iter(["message", "message", "nothing", "message", "a second later", "message", "stop"])

    class Scripted(Inbox):
        """One in which messages come one by one."""

        def get(self, timeout: float) -> Message | None:
            del timeout
            step = next(steps, "nothing")
            done.append(step)
            clock.seconds += TIMING.tick * (step == "a second later")
            content = Stop() if step == "stop" else Delivered(1)
            return None if step == "nothing" else Message(content, clock.now(), clock())

    loop_of(
        Components(),
        Scripted(now=clock.now, clock=clock),
        clock,
        when_quiet=lambda: done.append("reports"),
    ).run()
    assert done[:9] == [
        *("message", "reports"),  # the first one
        *("message", "nothing", "reports"),
        *("message", "a second later", "reports", "message"),
    ]


def test_upkeep_that_is_due_does_not_wait_for_its_second() -> None:
    """The loop waits for a message until then, and no longer; what is overdue is done at once."""
    clock, waited = Clock(), []
    dues = iter([None, clock() + 60.0, clock() + 0.0004, clock() - 1.0])

    class Waiting(Inbox):
        """One that remembers for how long it was asked to wait."""

        def get(self, timeout: float) -> Message | None:
            waited.append(round(timeout, 6))
            if len(waited) == 4:
                self.put(Stop())
            return super().get(0.0)

    inbox = Waiting(now=clock.now, clock=clock)
    loop_of(Components(), inbox, clock, due=lambda: next(dues)).run()
    assert waited[:4] == [TIMING.tick, TIMING.tick, 0.0004, 0.0]


def test_upkeep_comes_without_any_message() -> None:
    """About once a second, here faster."""
    inbox = Inbox()
    done: list[None] = []

    def upkeep() -> None:
        done.append(None)
        if len(done) == 3:
            inbox.put(Stop())

    assert loop_of(Components(), inbox, monotonic, always=upkeep).run() is End.STOP
    assert len(done) == 4
