"""What is published and not confirmed has numbers and bounds."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from device.mqtt.unconfirmed import Answer, Unconfirmed, next_number
from tests.clock import Clock

Answers = list[tuple[int, Answer]]
CONFIRMED = Answer()


def bounded(
    answers: Answers,
    most: int = 10,
    most_bytes: int = 1000,
    clock: Callable[[], float] = monotonic,
) -> Unconfirmed:
    """One that writes the answers down."""
    return Unconfirmed(
        most, most_bytes, lambda number, answer: answers.append((number, answer)), clock
    )


def publish(unconfirmed: Unconfirmed, message_id: int, size: int = 1) -> int:
    """What a connection does for each message."""
    assert unconfirmed.reserve(size)
    number = next_number()
    unconfirmed.sent(message_id, size, number)
    return number


def test_a_number_is_unique_although_mqtt_counts_to_65535() -> None:
    """Twice around on one connection, at the same time another connection: no number comes twice."""
    first, second = bounded([]), bounded([])
    numbers = []
    for round_ in range(2):
        for message_id in range(1, 0x1_0000):
            numbers.append(publish(first, message_id))
            first.answered(message_id, CONFIRMED)
            if message_id % 1000 == round_:
                numbers.append(publish(second, message_id % 100))
                second.answered(message_id % 100, CONFIRMED)
                numbers.append(next_number())
    assert len(set(numbers)) == len(numbers) > 2 * 0xFFFF


def test_an_answer_names_the_number_of_its_message() -> None:
    """In any order, with the refusal."""
    answers: Answers = []
    unconfirmed, refused = bounded(answers), Answer("Not authorized")
    first, second = publish(unconfirmed, 7), publish(unconfirmed, 8)
    unconfirmed.answered(8, refused)
    unconfirmed.answered(7, CONFIRMED)
    assert answers == [(second, refused), (first, CONFIRMED)]


def test_an_answer_may_come_before_publishing_returns() -> None:
    """The broker is fast, and answers on another thread."""
    answers: Answers = []
    unconfirmed = bounded(answers, most=1)
    assert unconfirmed.reserve(5)
    unconfirmed.answered(7, CONFIRMED)
    assert answers == []
    unconfirmed.sent(7, 5, 70)
    assert answers == [(70, CONFIRMED)]
    assert (unconfirmed.count, unconfirmed.bytes) == (0, 0)


def test_there_is_no_room_beyond_the_count() -> None:
    """An answer makes room again, and so does a message that was not published after all."""
    unconfirmed = bounded([], most=2)
    publish(unconfirmed, 1)
    publish(unconfirmed, 2)
    assert not unconfirmed.reserve(1)
    unconfirmed.answered(1, CONFIRMED)
    assert unconfirmed.reserve(1)
    assert not unconfirmed.reserve(1)
    unconfirmed.release(1)
    assert unconfirmed.reserve(1)


def test_there_is_no_room_beyond_the_bytes() -> None:
    """But a message that is longer than all of it is taken when it is alone."""
    unconfirmed = bounded([], most_bytes=100)
    publish(unconfirmed, 1, 500)
    assert not unconfirmed.reserve(1)
    unconfirmed.answered(1, CONFIRMED)
    publish(unconfirmed, 2, 60)
    assert not unconfirmed.has_room(41)
    assert unconfirmed.has_room(40)


def test_an_answer_is_overdue_from_when_its_message_was_published() -> None:
    """None is owed before that, nor once it has come."""
    clock = Clock()
    unconfirmed = bounded([], clock=clock)
    clock.seconds += 100
    assert unconfirmed.overdue == 0
    publish(unconfirmed, 1)
    clock.seconds += 5
    publish(unconfirmed, 2)
    assert unconfirmed.overdue == 5
    unconfirmed.answered(1, CONFIRMED)
    unconfirmed.answered(2, CONFIRMED)
    clock.seconds += 100
    assert unconfirmed.overdue == 0
    publish(unconfirmed, 3)
    assert unconfirmed.overdue == 0


def test_a_message_behind_others_has_as_long_as_the_first() -> None:
    """On a slow line the broker answers one after the other, and is not late with any."""
    clock = Clock()
    unconfirmed = bounded([], clock=clock)
    for message_id in range(1, 10):
        publish(unconfirmed, message_id)
    for message_id in range(1, 10):
        clock.seconds += 20
        assert unconfirmed.overdue == 20
        unconfirmed.answered(message_id, CONFIRMED)


def test_a_lost_answer_is_overdue_although_later_ones_come() -> None:
    """A broker answers in order: this one does not come any more."""
    clock = Clock()
    unconfirmed = bounded([], clock=clock)
    publish(unconfirmed, 1)
    for message_id in range(2, 10):
        clock.seconds += 5
        publish(unconfirmed, message_id)
        unconfirmed.answered(message_id, CONFIRMED)
    assert unconfirmed.overdue == 40


def test_a_message_that_needs_no_answer_takes_room_until_it_is_sent() -> None:
    """A picture that the socket has not taken is in memory; that it has concerns nobody."""
    answers: Answers = []
    unconfirmed = bounded(answers, most=1)
    for is_early in (False, True):
        assert unconfirmed.reserve(5)
        if is_early:
            unconfirmed.answered(7, CONFIRMED)
        unconfirmed.sent(7, 5, None)
        if not is_early:
            assert not unconfirmed.has_room(1)
            unconfirmed.answered(7, CONFIRMED)
        assert (unconfirmed.count, unconfirmed.bytes) == (0, 0)
    assert answers == []
