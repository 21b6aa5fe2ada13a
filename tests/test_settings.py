"""What was set in Home Assistant survives a restart, and the owner's later word wins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from device.config import Config
from device.settings import Settings, SettingsStore

PLAIN = Settings(privacy=False, motion_trigger=True, threshold_offset=0.0, motion_cool_down=30.0)


def test_without_a_file_the_configuration_holds(tmp_path: Path) -> None:
    """A first start takes what the YAML says."""
    assert SettingsStore(tmp_path, PLAIN).load() == PLAIN


def test_what_was_set_survives_a_restart(tmp_path: Path) -> None:
    """Privacy switched on in Home Assistant is still on afterwards."""
    SettingsStore(tmp_path, PLAIN).save(replace(PLAIN, privacy=True))
    assert SettingsStore(tmp_path, PLAIN).load() == replace(PLAIN, privacy=True)


def test_a_new_value_in_the_configuration_wins(tmp_path: Path) -> None:
    """Only the setting that the file changed is taken from it."""
    SettingsStore(tmp_path, PLAIN).save(replace(PLAIN, privacy=True, threshold_offset=0.1))
    edited = replace(PLAIN, threshold_offset=0.2)
    assert SettingsStore(tmp_path, edited).load() == replace(edited, privacy=True)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"configured": {}, "settings": {}}', '{"configured": null, "settings": 1}', "\x00"],
)
def test_a_damaged_file_is_reported_and_replaced(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The configuration's values hold, the log names the file, and the next change writes a whole one."""
    store = SettingsStore(tmp_path, PLAIN)
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    assert store.load() == PLAIN
    assert "settings.json cannot be read" in caplog.text
    store.save(replace(PLAIN, privacy=True))
    assert store.load().privacy


def test_a_value_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    """A number where a switch should be counts as nothing stored."""
    SettingsStore(tmp_path, PLAIN).save(replace(PLAIN, privacy=0.5))  # type: ignore[arg-type]
    assert SettingsStore(tmp_path, PLAIN).load() == PLAIN


def test_a_disk_that_refuses_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The node goes on; the log says what is lost."""
    SettingsStore(tmp_path / "missing", PLAIN).save(PLAIN)
    assert "cannot be written" in caplog.text


def test_without_a_motion_sensor_motion_is_off() -> None:
    """A minimal configuration has nothing armed."""
    settings = Settings.configured(Config.model_validate({"mqtt": {"host": "broker"}}))
    assert settings == Settings(False, False, 0.0, 0.0)
