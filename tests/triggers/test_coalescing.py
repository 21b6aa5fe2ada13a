"""However many triggers come during a burst, one waits and answers for all."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime

import pytest

from device.observation import Source, Trigger
from device.triggers import TriggerQueue
from device.triggers.coalescing import merge


def trigger(source: Source, second: int) -> Trigger:
    """Return a trigger at a second of one minute, on both clocks."""
    return Trigger(source, at=datetime(2026, 1, 1, 12, 0, second, tzinfo=UTC), monotonic=second)


def test_a_trigger_is_given_out_once() -> None:
    """What was taken is gone."""
    waiting = TriggerQueue()
    pressed = trigger(Source.BUTTON, 1)
    waiting.put(pressed)
    assert waiting.get(timeout=0) is pressed
    assert waiting.get(timeout=0) is None


def test_get_waits_for_a_trigger_of_another_thread() -> None:
    """The worker sleeps until something is put, and no longer."""
    waiting = TriggerQueue()
    pressed = trigger(Source.BUTTON, 1)
    threading.Timer(0.05, waiting.put, (pressed,)).start()
    began = time.monotonic()
    assert waiting.get(timeout=5.0) is pressed
    assert time.monotonic() - began < 2.0


def test_presses_during_a_burst_become_one_and_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A burst runs, five presses come: one more observation, and the log says how many it answers."""
    caplog.set_level(logging.INFO)
    waiting = TriggerQueue()
    waiting.put(trigger(Source.BUTTON, 0))
    assert waiting.get(timeout=0) is not None
    for second in range(1, 6):
        waiting.put(trigger(Source.BUTTON, second))
    assert waiting.get(timeout=0) == trigger(Source.BUTTON, 5)
    assert waiting.get(timeout=0) is None
    assert waiting.coalesced == 4
    assert "4 more triggers came while the node was busy" in caplog.text


def test_a_lone_trigger_is_not_counted() -> None:
    """Only what was merged counts."""
    waiting = TriggerQueue()
    waiting.put(trigger(Source.COMMAND, 1))
    waiting.get(timeout=0)
    assert waiting.coalesced == 0


def test_threads_that_put_at_once_lose_nothing() -> None:
    """Of 4,000 triggers from eight threads, each is either given out or counted as merged."""
    waiting = TriggerQueue()

    def put_many() -> None:
        for _ in range(500):
            waiting.put(Trigger(Source.MOTION))

    threads = [threading.Thread(target=put_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    given = 0
    while any(thread.is_alive() for thread in threads) or given + waiting.coalesced < 4000:
        given += waiting.get(timeout=0.01) is not None
    assert given + waiting.coalesced == 4000


@pytest.mark.parametrize(
    ("waiting", "newer", "merged"),
    [
        (Source.BUTTON, Source.BUTTON, Source.BUTTON),
        (Source.MOTION, Source.BUTTON, Source.BUTTON),  # a person counts more than a movement
        (Source.BUTTON, Source.MOTION, Source.BUTTON),  # in both orders
        (Source.BUTTON, Source.COMMAND, Source.COMMAND),
        (Source.MOTION, Source.MOTION, Source.MOTION),
    ],
)
def test_the_merged_trigger_has_the_newer_time_and_the_deliberate_source(
    waiting: Source, newer: Source, merged: Source
) -> None:
    """Frames newer than it are newer than both; a press is not hidden behind a movement."""
    assert merge(trigger(waiting, 1), trigger(newer, 2)) == trigger(merged, 2)
