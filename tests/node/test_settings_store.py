"""What was set in Home Assistant survives a restart, and privacy is on when in doubt."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from device.entities.settings import Settings
from device.errors import StoreError
from device.node.settings_store import Loaded, SettingsStore
from device.system.json_store import JsonStore

CONFIGURED = Settings(
    privacy=False,
    motion_trigger=True,
    picture_mode="crop",
    threshold_offset=0.0,
    motion_cool_down=30.0,
)
PRIVATE = replace(CONFIGURED, privacy=True)
FAULT = "settings.json is damaged: privacy is on until it is switched off"


def store(folder: Path, configured: Settings = CONFIGURED) -> SettingsStore:
    """Return a store in a folder, as each start makes one."""
    now = datetime(2026, 11, 24, 18, tzinfo=UTC)
    return SettingsStore(JsonStore(folder / "settings.json", lambda: now), configured)


def test_without_a_file_the_configuration_holds(tmp_path: Path) -> None:
    """A first start takes what the YAML says."""
    assert store(tmp_path).load() == Loaded(CONFIGURED)


def test_what_was_set_survives_a_restart(tmp_path: Path) -> None:
    """Privacy switched on in Home Assistant is still on afterwards."""
    store(tmp_path).save(PRIVATE)
    assert store(tmp_path).load() == Loaded(PRIVATE)


def test_a_new_value_in_the_configuration_wins(tmp_path: Path) -> None:
    """Only the setting that the file changed is taken from it."""
    store(tmp_path).save(replace(PRIVATE, threshold_offset=0.1))
    edited = replace(CONFIGURED, threshold_offset=0.2)
    assert store(tmp_path, edited).load() == Loaded(replace(edited, privacy=True))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"configured": {}, "settings": {}}',
        '{"configured": null, "settings": 1}',
        '{"configured": {"privacy": false}, "settings": {"privacy": 0}}',
        "\x00",
    ],
)
def test_a_damaged_file_means_privacy(tmp_path: Path, text: str) -> None:
    """Whatever it said; and it stays so after further restarts, until privacy is switched off."""
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    assert store(tmp_path).load() == Loaded(PRIVATE, FAULT)
    assert (tmp_path / "settings.json.damaged-20261124T180000").read_text() == text
    assert store(tmp_path).load() == Loaded(PRIVATE)
    store(tmp_path).save(CONFIGURED)
    assert store(tmp_path).load() == Loaded(CONFIGURED)


def test_half_of_a_file_that_said_privacy_means_privacy(tmp_path: Path) -> None:
    """As a disk that fails may leave it behind."""
    path = tmp_path / "settings.json"
    store(tmp_path).save(PRIVATE)
    path.write_text(path.read_text()[:60])
    assert store(tmp_path).load().settings.privacy


def test_a_folder_in_its_place_means_privacy(tmp_path: Path) -> None:
    """And makes room for a file: privacy stays on after the next start, until it is switched off."""
    (tmp_path / "settings.json").mkdir()
    assert store(tmp_path).load() == Loaded(PRIVATE, FAULT)
    assert store(tmp_path).load() == Loaded(PRIVATE)
    store(tmp_path).save(CONFIGURED)
    assert store(tmp_path).load() == Loaded(CONFIGURED)


def test_a_damaged_file_that_cannot_be_set_aside_means_privacy_at_every_start(
    tmp_path: Path,
) -> None:
    """It is left alone: the next start finds it as it is."""
    (tmp_path / "settings.json").write_text("{")
    (tmp_path / "settings.json.damaged-20261124T180000").mkdir()
    for _ in range(2):
        assert store(tmp_path).load() == Loaded(PRIVATE, FAULT)


def test_a_flipped_bit_means_privacy_and_costs_one_setting_at_most(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever it is; no setting ever has a value that nobody set."""
    caplog.set_level(logging.CRITICAL)
    written = replace(CONFIGURED, threshold_offset=0.15, motion_cool_down=7.0, picture_mode="off")
    store(tmp_path).save(written)
    path = tmp_path / "settings.json"
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 67):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        loaded = store(tmp_path).load()
        if loaded.fault is None:
            assert loaded.settings == written, f"bit {bit}"
            continue
        assert loaded.settings.privacy, f"bit {bit}"
        lost = []
        for key, value in asdict(loaded.settings).items():
            if key != "privacy" and value != getattr(written, key):
                assert value == getattr(CONFIGURED, key), f"bit {bit}"
                lost.append(key)
        assert len(lost) <= 1, f"bit {bit}: {lost}"


@pytest.mark.parametrize(
    ("key", "value"),
    [("threshold_offset", 0.41), ("motion_cool_down", -1), ("picture_mode", "full")],
)
def test_what_home_assistant_cannot_set_is_not_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str, value: object
) -> None:
    """From a file without checksums: out of bounds, or more of a picture than the configuration allows."""
    settings = asdict(CONFIGURED) | {key: value}
    document = {"configured": asdict(CONFIGURED), "settings": settings}
    (tmp_path / "settings.json").write_text(json.dumps(document))
    assert store(tmp_path).load() == Loaded(CONFIGURED)
    assert f"settings.json: what it has as {key} cannot be set in Home Assistant" in caplog.text


def test_a_value_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    """A number where a picture mode should be counts as nothing stored."""
    store(tmp_path).save(replace(PRIVATE, picture_mode="naked", threshold_offset=True))  # type: ignore[arg-type]
    assert store(tmp_path).load() == Loaded(PRIVATE)


def test_settings_that_cannot_be_kept_are_an_error(tmp_path: Path) -> None:
    """Whoever asked must not believe that they are."""
    with pytest.raises(StoreError, match=r"settings\.json: it cannot be written"):
        store(tmp_path / "missing").save(PRIVATE)
