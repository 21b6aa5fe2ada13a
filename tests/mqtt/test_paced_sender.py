"""What happens now is sent now, one message after the other, or not at all."""

from __future__ import annotations

import pytest

from device.mqtt.paced_sender import PacedSender
from tests.clock import Clock
from tests.transport import RecordingTransport

TOPIC = "facet/hall/seen"
LONG = 60.0


class Paced:
    """A sender, and what it sends."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.link = RecordingTransport()
        self.sender = PacedSender(self.link, TOPIC, self.clock)

    @property
    def sent(self) -> list[str | bytes]:
        """The payloads that were published."""
        return [payload for _, payload, _ in self.link.messages]

    def answer(self) -> None:
        """Let the broker confirm the newest message."""
        self.sender.answered(len(self.link.messages))

    def pass_pause(self) -> None:
        """Wait for as long as the sender asks for, if it does, and let it go on."""
        if self.sender.due is not None:
            self.clock.seconds = max(self.clock.seconds, self.sender.due)
        self.sender.tick()


@pytest.fixture
def paced() -> Paced:
    """One that has sent nothing."""
    return Paced()


def test_a_message_is_sent_at_once_and_not_retained(paced: Paced) -> None:
    """Nothing is before it."""
    assert paced.sender.due is None
    paced.sender.send("a")
    assert paced.link.messages == [(TOPIC, "a", False)]
    assert paced.sender.due is None


def test_the_next_message_waits_for_the_broker_and_for_a_pause(paced: Paced) -> None:
    """Each of the two alone is not enough; then all are sent, in their order."""
    paced.sender.send("a", "b", "c")
    paced.clock.seconds += 1.0
    paced.sender.tick()
    assert paced.sent == ["a"]
    paced.answer()
    assert paced.sent == ["a", "b"]
    paced.answer()
    assert paced.sent == ["a", "b"]
    paced.pass_pause()
    assert paced.sent == ["a", "b", "c"]


def test_another_message_s_answer_does_not_count(paced: Paced) -> None:
    """The link numbers all that the node publishes."""
    paced.sender.send("a", "b")
    paced.clock.seconds += 1.0
    paced.sender.answered(77)
    assert paced.sent == ["a"]


def test_the_pause_holds_between_two_moments_too(paced: Paced) -> None:
    """Two observations may follow each other closely."""
    paced.sender.send("a")
    paced.answer()
    paced.sender.send("b")
    assert paced.sent == ["a"]
    paced.pass_pause()
    assert paced.sent == ["a", "b"]


def test_what_waited_for_the_broker_for_long_is_dropped(paced: Paced) -> None:
    """What comes after it is sent."""
    paced.sender.send("a", "b", "c")
    paced.clock.seconds += LONG
    paced.sender.send("d")
    paced.answer()
    assert paced.sent == ["a", "d"]


@pytest.mark.parametrize("is_reported", [True, False])
def test_without_a_connection_nothing_is_kept(paced: Paced, is_reported: bool) -> None:
    """Also if the link is down before it reports that."""
    paced.sender.send("a", "b")
    if is_reported:
        paced.sender.drop()
    paced.link.is_down = True
    paced.clock.seconds += 1.0
    paced.answer()
    paced.sender.send("c")
    assert paced.sender.due is None
    paced.link.is_down = False
    paced.pass_pause()
    assert paced.sent == ["a"]
    paced.clock.seconds += 1.0
    paced.sender.send("d")
    assert paced.sent == ["a", "d"]


def test_a_flood_keeps_the_newest(paced: Paced) -> None:
    """The memory is bounded."""
    paced.sender.send("first")
    for number in range(1000):
        paced.sender.send(f"{number}")
    for _ in range(1000):
        paced.answer()
        paced.pass_pause()
    assert paced.sent[0] == "first"
    assert paced.sent[-1] == "999"
    assert len(paced.sent) <= 101
