"""What the configuration sets, and how Home Assistant reads it."""

from __future__ import annotations

from dataclasses import replace

from device.config import Config
from device.entities.documents import SETTINGS, content
from device.entities.settings import Settings
from device.entities.table import CATALOGUE

PLAIN = Settings(
    privacy=False,
    motion_trigger=True,
    picture_mode="crop",
    threshold_offset=0.0,
    motion_cool_down=30.0,
)


def test_without_a_motion_sensor_motion_is_off() -> None:
    """A minimal configuration has nothing armed."""
    settings = Settings.configured(Config.model_validate({"mqtt": {"host": "broker"}}))
    expected = replace(
        PLAIN, motion_trigger=False, picture_mode="off", threshold_offset=0.0, motion_cool_down=0.0
    )
    assert settings == expected


def test_home_assistant_reads_switches_as_on_and_off() -> None:
    """The document has the keys of the entities."""
    assert content(SETTINGS, CATALOGUE, PLAIN) == {
        "privacy": "OFF",
        "motion_trigger": "ON",
        "picture_mode": "crop",
        "threshold_offset": 0.0,
        "motion_cool_down": 30.0,
    }
