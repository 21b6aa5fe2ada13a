"""What a node leaves in Home Assistant's database: little, since all of it is kept for days."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broker.mosquitto import PATIENCE
from tests.homeassistant.setup import Setup, press

pytestmark = pytest.mark.homeassistant

_PRESSES = 5
_ROWS_OF_A_PRESS = 6
# Seconds; the recorder writes every second.
_UNTIL_WRITTEN = 3.0


def rows(setup: Setup, room: str) -> Counter[str]:
    """Return how many states of each entity of a room the recorder has written."""
    query = "select states_meta.entity_id from states join states_meta using (metadata_id)"
    names = setup.home.recorded(query)
    return Counter(name for name in names if name.split(".")[1].startswith(f"{room}_"))


def settled_rows(setup: Setup, room: str) -> Counter[str]:
    """Return the rows once the recorder has written all that happened."""
    deadline = time.monotonic() + PATIENCE
    found = rows(setup, room)
    while True:
        time.sleep(_UNTIL_WRITTEN)
        before, found = found, rows(setup, room)
        if found == before:
            return found
        assert time.monotonic() < deadline, f"{room} never rests: {found - before}"


def test_a_press_that_changes_nothing_is_six_rows_at_most_and_idling_none(
    newest_setup: Setup, smiling: Path, report: Callable[[str], None]
) -> None:
    """The event, two times and a duration, the picture and the button; no attribute, no count and no queue.

    *Seen* is not among them: docs/home-assistant.md recommends to exclude it, and this Home Assistant does. It would
    add a row for each attribute that somebody has.
    """
    triggers = {"motion": {"pin": 4}, "button": {"pin": 17}}
    privacy = {"picture": "full", "picture_expiry": 600}
    with (
        newest_setup.node("orangery", smiling, triggers=triggers, privacy=privacy),
        newest_setup.overhear("facet/orangery/seen") as broker,
    ):
        press(newest_setup, "orangery")
        newest_setup.client.expect("binary_sensor.orangery_smiling", "on")
        before = settled_rows(newest_setup, "orangery")
        assert before["binary_sensor.orangery_smiling"] > 0
        for _ in range(_PRESSES):
            press(newest_setup, "orangery")
        after = settled_rows(newest_setup, "orangery")
        pressed = after - before
        report(f"a press is {pressed.total() / _PRESSES:.1f} rows in the recorder: {pressed}")
        assert pressed["event.orangery_observation"] == _PRESSES
        assert pressed.total() <= _ROWS_OF_A_PRESS * _PRESSES, pressed
        assert len(broker.drain()) > _PRESSES, "without the exclusion these would be rows too"
        assert "event.orangery_seen" not in after
        time.sleep(2 * _UNTIL_WRITTEN)
        assert rows(newest_setup, "orangery") == after
