"""The inbox takes what other threads hand it, and no flood."""

from __future__ import annotations

import pytest

from device.mqtt.events import Command, Delivered
from device.node.inbox import MOST_WAITING, Inbox, Stop


def test_letters_come_out_in_their_order() -> None:
    """Whatever they are; without one, None after the time."""
    inbox = Inbox()
    for content in (Command("capture", b"PRESS"), Delivered(1), Stop()):
        inbox.put(content)
    first, second, third = inbox.get(1), inbox.get(1), inbox.get(1)
    assert first is not None
    assert first.content == Command("capture", b"PRESS")
    assert second is not None
    assert second.content == Delivered(1)
    assert third is not None
    assert third.content == Stop()
    assert inbox.get(0.001) is None


def test_a_flood_of_commands_is_thrown_away_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """What else comes is taken all the same, and commands are again when there is room."""
    inbox = Inbox()
    for _ in range(MOST_WAITING + 500):
        inbox.put(Command("privacy", b"ON"))
    inbox.put(Stop())
    taken = [
        message for message in (inbox.get(0.001) for _ in range(MOST_WAITING + 500)) if message
    ]
    assert len(taken) == MOST_WAITING + 1
    assert taken[-1].content == Stop()
    assert caplog.text.count("commands wait") == 1
    inbox.put(Command("privacy", b"OFF"))
    message = inbox.get(1)
    assert message is not None
    assert message.content == Command("privacy", b"OFF")
