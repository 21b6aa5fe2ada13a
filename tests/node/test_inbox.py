"""The inbox takes what other threads hand it, and no flood."""

from __future__ import annotations

import logging

import pytest

from device.mqtt.events import Command, Delivered, NewestVersion
from device.node.inbox import Inbox
from device.node.messages import Content, Message, Stop
from device.observation import Source, Trigger
from tests.clock import Clock


def everything(inbox: Inbox) -> list[Content]:
    """Take all that waits."""
    contents: list[Content] = []
    while (message := inbox.get(0.001)) is not None:
        contents.append(message.content)
    return contents


def test_messages_come_out_in_their_order_with_their_time() -> None:
    """Whatever they are; without one, None after the time."""
    clock = Clock()
    inbox = Inbox(now=clock.now, clock=clock)
    came = clock.now()
    for content in (Command("capture", b"PRESS"), Delivered(1), Stop()):
        inbox.put(content)
    clock.seconds += 60
    assert inbox.get(1) == Message(Command("capture", b"PRESS"), came, 1000.0)
    assert inbox.get(1) == Message(Delivered(1), came, 1000.0)
    assert inbox.get(1) == Message(Stop(), came, 1000.0)
    assert inbox.get(0.001) is None
    assert inbox.is_empty


@pytest.mark.parametrize("content", [Command("privacy", b"ON"), Trigger(Source.BUTTON)])
def test_a_flood_is_thrown_away_and_reported_once(
    caplog: pytest.LogCaptureFixture, content: Content
) -> None:
    """What the node itself causes is taken all the same, and more from outside is when there is room."""
    inbox = Inbox(max_waiting=100)
    for _ in range(150):
        inbox.put(content)
    inbox.put(Stop())
    taken = everything(inbox)
    assert taken == [content] * 100 + [Stop()]
    assert caplog.text.count("are thrown away") == 1
    inbox.put(content)
    assert everything(inbox) == [content]


def test_after_a_flood_half_of_it_must_be_done_first(caplog: pytest.LogCaptureFixture) -> None:
    """Or the log would fill with one line for each message that finds room."""
    caplog.set_level(logging.WARNING)
    inbox = Inbox(max_waiting=10)
    for _ in range(20):
        inbox.put(Command("privacy", b"ON"))
    for _ in range(4):
        inbox.get(0.001)
        inbox.put(Command("privacy", b"ON"))
    assert len(everything(inbox)) == 6
    assert caplog.text.count("are thrown away") == 1


def test_long_messages_fill_the_inbox_by_their_bytes() -> None:
    """5,000 versions of 60 kB would be 300 MB; a few of them are taken."""
    inbox = Inbox()
    for _ in range(5000):
        inbox.put(NewestVersion(bytes(60_000)))
    taken = everything(inbox)
    assert 1 <= len(taken) <= 4
    inbox.put(NewestVersion(b"1.2.3"))
    assert everything(inbox) == [NewestVersion(b"1.2.3")]


def test_a_message_that_alone_is_too_long_is_thrown_away() -> None:
    """The next one is taken."""
    inbox = Inbox(max_waiting_bytes=100)
    inbox.put(Command("privacy", bytes(101)))
    inbox.put(Command("privacy", b"OFF"))
    assert everything(inbox) == [Command("privacy", b"OFF")]


def test_a_flood_of_commands_loses_no_press() -> None:
    """Triggers have a bound of their own."""
    inbox = Inbox(max_waiting=10)
    for _ in range(50):
        inbox.put(Command("nonsense", b"x"))
        inbox.put(Trigger(Source.BUTTON))
    taken = everything(inbox)
    assert sum(isinstance(content, Trigger) for content in taken) == 10
    assert sum(isinstance(content, Command) for content in taken) == 10


def test_the_newest_command_of_a_known_key_survives_a_flood() -> None:
    """Privacy is switched on, whoever floods the broker; and it comes after what was sent before."""
    inbox = Inbox(max_waiting=10)
    inbox.keep_newest_of(["privacy"])
    inbox.put(Command("privacy", b"OFF"))
    for _ in range(50):
        inbox.put(Command("nonsense", b"x"))
    inbox.put(Command("privacy", b"OFF"))
    inbox.put(Command("privacy", b"ON"))
    inbox.put(Command("nonsense", b"y"))
    privacy = [
        content.payload
        for content in everything(inbox)
        if isinstance(content, Command) and content.key == "privacy"
    ]
    assert privacy == [b"OFF", b"ON"]


def test_what_a_flood_kept_is_obeyed_while_the_flood_goes_on() -> None:
    """At the latest when half of what waited is done."""
    inbox = Inbox(max_waiting=10)
    inbox.keep_newest_of(["privacy"])
    for _ in range(10):
        inbox.put(Command("nonsense", b"x"))
    inbox.put(Command("privacy", b"ON"))
    taken = []
    for _ in range(12):
        message = inbox.get(0.001)
        assert message is not None
        taken.append(message.content)
        inbox.put(Command("nonsense", b"x"))
    assert Command("privacy", b"ON") in taken
