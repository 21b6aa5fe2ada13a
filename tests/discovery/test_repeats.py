"""When a node says once more how it is: until somebody has heard it, and once after that."""

from __future__ import annotations

from collections.abc import Sequence

from device.discovery.repeats import Repeats
from tests.clock import Clock

PATIENT = 1000
"""Seconds in which a node has done all that it ever does."""


def repetitions(answers: Sequence[bool | None]) -> list[int]:
    """Announce, let the broker answer, the last answer again and again; return the seconds of all repetitions."""
    clock, repeats, times = Clock(), Repeats(), list[int]()
    repeats.announced(1)
    for second in range(PATIENT):
        if repeats.is_due(clock()):
            times.append(second)
            repeats.repeated(len(times) + 1)
        answer = answers[min(len(times), len(answers) - 1)]
        repeats.answered(len(times) + 1, clock(), is_heard=answer)
        clock.seconds += 1
    return times


def test_what_is_heard_is_repeated_once() -> None:
    """Home Assistant may not be the one who has heard it."""
    assert repetitions([True]) == [10]


def test_what_nobody_hears_is_repeated_less_and_less_often_and_then_no_more() -> None:
    """Perhaps there is no Home Assistant."""
    assert repetitions([False]) == [2, 6, 14, 30, 62, 126]


def test_a_broker_that_does_not_say_who_hears_is_taken_for_one_that_nobody_listens_to() -> None:
    """MQTT 3.1.1 has no way to say it."""
    assert repetitions([None]) == repetitions([False])


def test_after_somebody_has_heard_it_there_is_one_more() -> None:
    """Its subscriptions come one after the other."""
    assert repetitions([False, False, True]) == [2, 6, 16]


def test_answers_to_other_messages_do_not_count() -> None:
    """Only the last one of an announcement tells that all before it were published."""
    repeats = Repeats()
    repeats.announced(7)
    repeats.answered(6, 0.0, is_heard=False)
    assert not repeats.is_due(PATIENT)


def test_a_new_announcement_begins_from_the_start() -> None:
    """After a birth Home Assistant knows nothing again."""
    clock, repeats = Clock(), Repeats()
    for number in (1, 2):
        repeats.announced(number)
        repeats.answered(number, clock(), is_heard=False)
        assert not repeats.is_due(clock() + 1)
        assert repeats.is_due(clock() + 2)


def test_without_a_connection_nothing_is_repeated() -> None:
    """The next one begins with an announcement."""
    repeats = Repeats()
    repeats.announced(1)
    repeats.answered(1, 0.0, is_heard=False)
    repeats.disconnected()
    assert not repeats.is_due(PATIENT)
