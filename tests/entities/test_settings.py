"""What was set in Home Assistant survives a restart, and the owner's later word wins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from device.config import Config
from device.entities.documents import SETTINGS, content
from device.entities.settings import Settings, SettingsStore
from device.entities.table import CATALOGUE
from device.system.json_store import JsonStore

PLAIN = Settings(
    privacy=False,
    motion_trigger=True,
    picture_mode="crop",
    threshold_offset=0.0,
    motion_cool_down=30.0,
)


def store(folder: Path, configured: Settings) -> SettingsStore:
    """Return a store in a folder."""
    return SettingsStore(JsonStore(folder / "settings.json"), configured)


def test_without_a_file_the_configuration_holds(tmp_path: Path) -> None:
    """A first start takes what the YAML says."""
    assert store(tmp_path, PLAIN).load() == PLAIN


def test_what_was_set_survives_a_restart(tmp_path: Path) -> None:
    """Privacy switched on in Home Assistant is still on afterwards."""
    store(tmp_path, PLAIN).save(replace(PLAIN, privacy=True))
    assert store(tmp_path, PLAIN).load() == replace(PLAIN, privacy=True)


def test_a_new_value_in_the_configuration_wins(tmp_path: Path) -> None:
    """Only the setting that the file changed is taken from it."""
    store(tmp_path, PLAIN).save(replace(PLAIN, privacy=True, threshold_offset=0.1))
    edited = replace(PLAIN, threshold_offset=0.2)
    assert store(tmp_path, edited).load() == replace(edited, privacy=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"configured": {}, "settings": {}}',
        '{"configured": null, "settings": 1}',
        "\x00",
    ],
)
def test_a_damaged_file_is_replaced(tmp_path: Path, text: str) -> None:
    """The configuration's values hold, and the next change writes a whole one."""
    kept = store(tmp_path, PLAIN)
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    assert kept.load() == PLAIN
    kept.save(replace(PLAIN, privacy=True))
    assert kept.load().privacy


def test_a_value_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    """A number where a switch should be counts as nothing stored."""
    store(tmp_path, PLAIN).save(replace(PLAIN, privacy=0.5, picture_mode="naked"))  # type: ignore[arg-type]
    assert store(tmp_path, PLAIN).load() == PLAIN


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
