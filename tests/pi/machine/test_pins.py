"""A press and a movement, from a GPIO line of the kernel to a message at the broker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.pi.machine.machine import Machine
from tests.pi.machine.node_view import Event, NodeView

pytestmark = pytest.mark.machine

# Milliseconds apart, as contacts bounce.
BOUNCES = "low:0.004 high:0.004 " * 6


def moment(event: Event, name: str) -> float:
    """Return a time of an observation, in seconds since 1970."""
    return datetime.fromisoformat(event[name]).timestamp()


def test_a_press_becomes_a_message_that_says_what_the_camera_sees(
    wired: Machine, node: NodeView, report: Callable[[str], None]
) -> None:
    """The line falls, frames come from the kernel's camera, and the portrait's face is at the broker."""
    node.answer(wired.press)  # the first one warms everything up
    pressed: list[float] = []
    event = node.answer(lambda: pressed.append(wired.press()))

    assert event["trigger"] == "button"
    assert (event["reason"], event["face_count"]) == (None, 1)
    seen = event["faces"][0]["attributes"]
    assert seen["Smiling"]["present"]
    assert not seen["Eyeglasses"]["present"]

    triggered, sent = moment(event, "triggered_at"), moment(event, "delivered_at")
    took = {"bounce": (triggered - pressed[0]) * 1000, **event["timings"]}
    took["publish"] = (sent - triggered) * 1000 - took.pop("total")
    stages = ", ".join(f"{name} {milliseconds:.0f}" for name, milliseconds in took.items())
    report(f"press to published message {(sent - pressed[0]) * 1000:.0f} ms: {stages}")


def test_a_button_that_bounces_is_pressed_once(wired: Machine, node: NodeView) -> None:
    """Quick changes when it goes down and when it comes up are one observation; none is swallowed by a burst."""
    before = len(node.events)
    node.answer(lambda: wired.run(f"line 17 {BOUNCES} low:1 {BOUNCES} high:1"))
    node.answer(wired.press)  # whatever the bounces caused arrives before this
    assert len(node.events) == before + 2
    assert node.diagnostics()["coalesced_presses"] == 0


def test_a_movement_before_the_sensor_is_an_observation(wired: Machine, node: NodeView) -> None:
    """Its line rises for as long as somebody moves, and the observation names the sensor."""
    event = node.answer(lambda: wired.run("line 27 high:1 low:0"))
    assert (event["trigger"], event["face_count"]) == ("motion", 1)
