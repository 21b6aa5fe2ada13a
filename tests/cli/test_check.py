"""`facet check` as a table and as faults, with the real components behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.cli.check import check


def test_a_faulty_configuration_prints_its_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One per line, unbroken, and nothing else is tried."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: b}\ncamera:\n  widht: 1\n  fps: 0\n", encoding="utf-8")
    assert check(path) is False
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:3: camera.widht: unknown key")
    assert lines[1].startswith(f"{path}:4: camera.fps: found 0")
    assert lines[2] == "2 to correct; nothing else was tried"
    assert len(lines) == 3


def test_a_file_can_be_validated_without_trying_what_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broker and a camera that are not there are not faults of the file."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: nowhere.invalid}\ncamera: {source: no.png}\n", encoding="utf-8")
    assert check(path, config_only=True) is True
    assert capsys.readouterr().out == f"{path} is valid; nothing that it names was tried\n"


def test_what_a_valid_file_cannot_mean_is_printed_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its line, and the file is valid."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: b}\ntriggers:\n  motion: {pin: 2}\n", encoding="utf-8")
    assert check(path, config_only=True) is True
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:3: triggers.motion.pull: is down, but on pin 2 the board")
    assert lines[1:] == [f"{path} is valid; nothing that it names was tried"]


def test_the_table_names_every_component(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that does not work, here the broker, makes the whole fail."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: 127.0.0.1, port: 1}", encoding="utf-8")
    assert check(path) is False
    printed = capsys.readouterr().out
    for part in (
        "configuration",
        "broker",
        "camera",
        "pins",
        "status LED",
        "models",
        "state directory",
    ):
        assert part in printed
