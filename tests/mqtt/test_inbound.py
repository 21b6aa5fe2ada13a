"""What comes from the broker is bounded before anything waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from device.mqtt.events import (
    Birth,
    Command,
    LastWill,
    LinkEvent,
    NewestVersion,
    OwnDiscovery,
    PersonForgotten,
    PersonSealed,
)
from device.mqtt.inbound import LONGEST, LONGEST_DISCOVERY, LONGEST_SEALED, Inbound
from device.mqtt.message import ReceivedMessage
from device.mqtt.topics import BIRTH_TOPIC, Topics
from tests.clock import Clock

TOPICS = Topics("facet", "hall")


class Timer:
    """Goes off when a test lets it."""

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self.seconds = seconds
        self.go_off = call
        self.is_cancelled = False

    def cancel(self) -> None:
        """Take note."""
        self.is_cancelled = True


@dataclass
class Inbox:
    """The node's end: what was passed on, and what is delayed."""

    delivered: list[LinkEvent] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def inbound(self) -> Inbound:
        """What is under test, in front of this inbox."""
        return Inbound(
            TOPICS,
            self.delivered.append,
            Random(0),  # noqa: S311 - a test that fails should fail again
            clock=self.clock,
            timer=self._start,
        )

    def _start(self, seconds: float, call: Callable[[], None]) -> Timer:
        self.timers.append(Timer(seconds, call))
        return self.timers[-1]


def test_who_was_forgotten_is_passed_on_from_any_node() -> None:
    """Also what is retained, and that it is taken back; nothing else of people is."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage("facet/people/0a1b/forgotten", b"then", is_retained=True))
    inbound.received(ReceivedMessage("facet/people/0a1b/forgotten", b""))
    for other in ("facet/people/0a1b", "facet/people/a/b/forgotten", "facet/people//forgotten"):
        inbound.received(ReceivedMessage(other, b"then"))
    assert inbox.delivered == [PersonForgotten("0a1b", b"then"), PersonForgotten("0a1b", b"")]


def test_people_who_are_shared_are_passed_on_unless_they_are_longer_than_anybody_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever published them, and whatever it is."""
    inbox = Inbox()
    inbound = inbox.inbound()
    longest = b"x" * LONGEST_SEALED
    inbound.received(ReceivedMessage("facet/people/0a1b/sealed", longest, is_retained=True))
    inbound.received(ReceivedMessage("facet/people/0a1b/sealed", longest + b"x"))
    inbound.received(ReceivedMessage("facet/people/0a1b/sealed", longest, missing=1))
    inbound.received(ReceivedMessage("facet/people/0a1b/sealed", b""))
    assert inbox.delivered == [PersonSealed("0a1b", longest), PersonSealed("0a1b", b"")]
    assert "longer than the 60000 allowed" in caplog.text


def test_a_command_is_passed_on_with_its_key() -> None:
    """At once; other nodes' are not."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage("facet/hall/set/privacy", b"ON"))
    inbound.received(ReceivedMessage("facet/hallway/set/privacy", b"ON"))
    assert inbox.delivered == [Command("privacy", b"ON")]


def test_the_own_discovery_is_passed_on_once_and_only_as_the_broker_had_kept_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The node's own messages come back too; they are long, and nothing to complain of."""
    inbox = Inbox()
    inbound = inbox.inbound()
    long = b"x" * (LONGEST_DISCOVERY + 1)
    inbound.received(ReceivedMessage(TOPICS.discovery, long, is_retained=True))
    inbound.received(ReceivedMessage(TOPICS.discovery, long[1:]))
    assert not inbound.wait_for_own_discovery(0)
    inbound.received(ReceivedMessage(TOPICS.discovery, long[1:], is_retained=True))
    inbound.received(ReceivedMessage(TOPICS.discovery, b"{}", is_retained=True))
    assert inbound.wait_for_own_discovery(0)
    assert inbox.delivered == [OwnDiscovery(long[1:])]
    assert caplog.text == ""


def test_five_thousand_long_versions_leave_nothing_in_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """300 MB, which anyone who may write there can send: refused, with one line in the log."""
    inbox = Inbox()
    inbound = inbox.inbound()
    for _ in range(5000):
        inbound.received(ReceivedMessage(TOPICS.newest_version, b"9" * 60_000))
    assert inbox.delivered == []
    assert inbox.timers == []
    assert len(caplog.records) == 1
    assert "facet/newest_version is ignored" in caplog.text
    assert f"60000 bytes are longer than the {LONGEST} allowed" in caplog.text


def test_five_thousand_versions_are_one(caplog: pytest.LogCaptureFixture) -> None:
    """However fast they come, one waits, and the last one counts."""
    inbox = Inbox()
    inbound = inbox.inbound()
    for number in range(5000):
        inbound.received(ReceivedMessage(TOPICS.newest_version, b"1.0.%d" % number))
    assert len(inbox.timers) == 1
    inbox.timers[0].go_off()
    assert inbox.delivered == [NewestVersion(b"1.0.4999")]
    inbound.received(ReceivedMessage(TOPICS.newest_version, b"2.0.0", is_retained=True))
    inbox.timers[1].go_off()
    assert inbox.delivered[1:] == [NewestVersion(b"2.0.0")]
    assert not caplog.records


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("facet/hall/set/privacy", b"x" * LONGEST),  # long by its payload
        ("facet/hall/set/" + "x" * LONGEST, b"ON"),  # long by its topic
        (BIRTH_TOPIC, b"x" * 5000),  # not only commands
    ],
)
def test_what_is_too_long_is_refused(
    caplog: pytest.LogCaptureFixture, topic: str, payload: bytes
) -> None:
    """Whatever it is; the log does not repeat all of it."""
    inbox = Inbox()
    inbox.inbound().received(ReceivedMessage(topic, payload))
    assert inbox.delivered == []
    assert "is ignored" in caplog.text
    assert len(caplog.text) < 600


def test_the_longest_message_is_passed_on() -> None:
    """The bound itself is allowed."""
    inbox = Inbox()
    topic = "facet/hall/set/privacy"
    payload = b"x" * (LONGEST - len(topic))
    inbox.inbound().received(ReceivedMessage(topic, payload))
    assert inbox.delivered == [Command("privacy", payload)]


def test_a_flood_is_reported_again_after_a_quiet_minute(caplog: pytest.LogCaptureFixture) -> None:
    """One line each, for as long as it lasts."""
    inbox = Inbox()
    inbound = inbox.inbound()
    for seconds, lines in ((0, 1), (59, 1), (59, 1), (61, 2)):
        inbox.clock.seconds += seconds
        inbound.received(ReceivedMessage("facet/hall/set/privacy", b"x" * 5000))
        assert len(caplog.records) == lines


def test_retained_commands_are_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    """None of them is obeyed."""
    inbox = Inbox()
    inbound = inbox.inbound()
    for key in ("privacy", "capture", "restart"):
        inbound.received(ReceivedMessage(TOPICS.command(key), b"ON", is_retained=True))
    assert inbox.delivered == []
    assert len(caplog.records) == 1
    assert "set/privacy is ignored: it was published retained" in caplog.text


def test_births_are_answered_once_within_two_seconds() -> None:
    """A storm of them is one; what was retained, or has another payload, is none."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"online", is_retained=True))
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"starting"))
    assert inbox.timers == []
    for _ in range(1000):
        inbound.received(ReceivedMessage(BIRTH_TOPIC, b"online"))
    [timer] = inbox.timers
    assert 0 <= timer.seconds <= 2
    timer.go_off()
    assert inbox.delivered == [Birth()]


def test_the_last_will_of_home_assistant_is_passed_on_at_once() -> None:
    """A birth that was delayed is past; a retained last will is as old as may be."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"offline", is_retained=True))
    assert inbox.delivered == []
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"online"))
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"offline"))
    assert inbox.timers[0].is_cancelled
    assert inbox.delivered == [LastWill()]


def test_what_is_delayed_ends_with_the_link() -> None:
    """A timer that could not be stopped any more delivers nothing."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"online"))
    inbound.cancel()
    assert inbox.timers[0].is_cancelled
    inbox.timers[0].go_off()
    assert inbox.delivered == []


def test_a_flood_of_last_wills_is_passed_on_once_a_second() -> None:
    """Each would have the node look for what Home Assistant may not have received."""
    inbox = Inbox()
    inbound = inbox.inbound()
    for _ in range(1000):
        inbound.received(ReceivedMessage(BIRTH_TOPIC, b"offline"))
    assert inbox.delivered == [LastWill()]
    inbox.clock.seconds += 1.1
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"offline"))
    assert inbox.delivered == [LastWill()] * 2


def test_a_last_will_soon_after_a_birth_is_passed_on() -> None:
    """Home Assistant came back, and has gone again."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"offline"))
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"online"))
    inbox.timers[-1].go_off()
    inbound.received(ReceivedMessage(BIRTH_TOPIC, b"offline"))
    assert inbox.delivered == [LastWill(), Birth(), LastWill()]


def test_a_message_whose_end_was_not_read_is_too_long() -> None:
    """However little of it is there, as a command or as the own discovery."""
    inbox = Inbox()
    inbound = inbox.inbound()
    inbound.received(ReceivedMessage("facet/hall/set/privacy", b"ON", missing=LONGEST))
    cut = ReceivedMessage(TOPICS.discovery, b"{}", is_retained=True, missing=LONGEST_DISCOVERY)
    inbound.received(cut)
    assert inbox.delivered == []
