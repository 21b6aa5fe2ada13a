"""The motion sensor as itself: its level, whether or not it triggers."""

from __future__ import annotations

import pytest

from device.config import MotionSettings, TriggerSettings
from device.observation import MotionLevel
from tests.triggers.conftest import Pins, Start, Waiting
from tests.triggers.reports import BUTTON, MOTION, PATIENCE, SILENCE, level, sources


@pytest.mark.parametrize("is_armed", [True, False])
def test_the_motion_sensor_s_level_is_reported_whether_or_not_it_triggers(
    start: Start, pins: Pins, waiting: Waiting, is_armed: bool
) -> None:
    """From the claiming of its pin on, also within the cool-down."""
    start(MOTION).is_motion_armed = is_armed
    assert level(waiting) is False
    for drive, is_active in ((pins.pin(27).drive_high, True), (pins.pin(27).drive_low, False)) * 2:
        drive()
        assert level(waiting) is is_active


def test_a_sensor_that_is_active_at_the_start_shows_motion_and_does_not_trigger(
    start: Start, pins: Pins, waiting: Waiting
) -> None:
    """Nothing has begun to move. A simulated pin takes the level of its pull when it is claimed; this one has none."""
    pins.pin(27).drive_high()
    start(TriggerSettings(motion=MotionSettings(pin=27, pull="none")))
    assert waiting.get(timeout=PATIENCE) == MotionLevel(is_active=True)
    assert sources(waiting, SILENCE) is None


def test_a_cable_that_picks_up_radio_gives_two_levels_and_the_last_one_counts(
    start: Start, pins: Pins, waiting: Waiting
) -> None:
    """Thousands of changes at once: what is reported at once, and how it is in the end."""
    start(MOTION)
    assert level(waiting) is False
    for _ in range(2000):
        pins.pin(27).drive_high()
        pins.pin(27).drive_low()
    pins.pin(27).drive_high()
    reported = []
    while (found := level(waiting, 1.0)) is not None:
        reported.append(found)
    assert reported[-1] is True
    assert len(reported) <= 5


def test_a_button_has_no_level(start: Start, pins: Pins, waiting: Waiting) -> None:
    """It is pressed or not; nobody asks for how long."""
    start(BUTTON)
    pins.pin(17).drive_low()
    assert level(waiting, SILENCE) is None
