"""What the threads of one start report does not reach the next start."""

from __future__ import annotations

import threading

import pytest

from device.mqtt.events import (
    Birth,
    Command,
    Connected,
    Delivered,
    Disconnected,
    NewestVersion,
    Refused,
)
from device.node.gate import Gate
from device.node.messages import CameraChanged, Captured, Content
from device.node.observer import Request
from tests.node.fakes import AVAILABLE, SOON, shot, trigger

REQUEST = Request(trigger(1.0), 0.0, "off")


@pytest.mark.parametrize(
    "content",
    [
        Connected(),
        Birth(),
        Disconnected("gone"),
        Delivered(1),
        Refused(1, "no"),
        CameraChanged(AVAILABLE),
        Captured(REQUEST, shot(REQUEST, 2.0), AVAILABLE),
    ],
    ids=lambda content: type(content).__name__,
)
def test_what_concerns_one_start_passes_until_it_has_ended(content: Content) -> None:
    """The next start has another connection, which this event would pause, and another camera."""
    put: list[Content] = []
    gate = Gate(put.append)
    gate.put(content)
    gate.close()
    gate.put(content)
    assert put == [content]


@pytest.mark.parametrize(
    "content",
    [trigger(1.0), Command("privacy", b"ON"), NewestVersion(b"9.9")],
    ids=lambda content: type(content).__name__,
)
def test_what_somebody_asks_of_the_node_passes_at_any_time(content: Content) -> None:
    """Privacy above all: the next start obeys it."""
    put: list[Content] = []
    gate = Gate(put.append)
    gate.close()
    gate.put(content)
    assert put == [content]


def test_what_is_being_put_comes_before_the_end() -> None:
    """Whoever has closed the gate finds all of it in the inbox."""
    is_putting, may_put = threading.Event(), threading.Event()
    put: list[Content] = []

    def put_slowly(content: Content) -> None:
        is_putting.set()
        assert may_put.wait(SOON)
        put.append(content)

    gate = Gate(put_slowly)
    reporting = threading.Thread(target=gate.put, args=[Connected()], name="facet-mqtt")
    closing = threading.Thread(target=gate.close, name="facet-loop")
    reporting.start()
    assert is_putting.wait(SOON)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    may_put.set()
    closing.join(SOON)
    reporting.join(SOON)
    assert put == [Connected()]
