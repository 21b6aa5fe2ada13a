"""Which triggers a burst has answered: those that are older than its last frame."""

from __future__ import annotations

from device.node.waiting import WaitingTriggers
from tests.node.fakes import trigger


def test_a_burst_answers_what_came_before_its_end() -> None:
    """And leaves what came later, in the order in which it came."""
    waiting = WaitingTriggers()
    for at in (1.0, 2.0, 3.0, 4.0):
        waiting.add(trigger(at))
    assert waiting.answered_by(3.0) == [trigger(1.0), trigger(2.0)]
    assert [waiting.next(), waiting.next(), waiting.next()] == [trigger(3.0), trigger(4.0), None]


def test_what_finds_no_room_takes_the_place_of_the_newest() -> None:
    """The burst that answers the newest answers the one before it as well."""
    waiting = WaitingTriggers(max_waiting=2)
    assert waiting.add(trigger(1.0)) is None
    assert waiting.add(trigger(2.0)) is None
    assert waiting.add(trigger(3.0)) == trigger(2.0)
    assert len(waiting) == 2
    assert waiting.clear() == [trigger(1.0), trigger(3.0)]
    assert len(waiting) == 0
