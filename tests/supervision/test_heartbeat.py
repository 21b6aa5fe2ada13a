"""A thread's deadline, and whether it has passed."""

from __future__ import annotations

from device.supervision.heartbeat import Heartbeat
from tests.clock import Clock


def test_a_deadline_that_has_not_passed_is_not_overdue() -> None:
    """Up to and including its last moment."""
    clock = Clock()
    heartbeat = Heartbeat("worker", clock)
    heartbeat.begin("a capture", 60)
    clock.seconds += 60
    assert heartbeat.overdue() is None


def test_a_deadline_that_has_passed_names_the_thread_and_what_it_does() -> None:
    """With the numbers: how long it took, and how long it may."""
    clock = Clock()
    heartbeat = Heartbeat("worker", clock)
    heartbeat.begin("a capture", 60)
    clock.seconds += 75
    assert heartbeat.overdue() == (
        "the worker has been busy with a capture for 75 s, where 60 s are allowed"
    )


def test_a_new_deadline_takes_the_place_of_one_that_has_passed() -> None:
    """A thread that goes on is alive, however late."""
    clock = Clock()
    heartbeat = Heartbeat("worker", clock)
    heartbeat.begin("a capture", 60)
    clock.seconds += 75
    heartbeat.begin("waiting", 1)
    assert heartbeat.overdue() is None


def test_a_thread_that_has_not_begun_has_no_deadline() -> None:
    """Loading the networks may take its time."""
    clock = Clock()
    heartbeat = Heartbeat("worker", clock)
    clock.seconds += 10_000
    assert heartbeat.overdue() is None
