"""The `facet` command as a user runs it: as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device import __version__


def _facet(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal, wide enough not to break lines."""
    return subprocess.run(
        [sys.executable, "-m", "device", *arguments],
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _write(folder: Path, text: str) -> str:
    path = folder / "facet.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_help_names_every_command() -> None:
    """With a sentence for each."""
    result = _facet("--help")
    assert result.returncode == 0
    for command in (
        "run",
        "check",
        "schema",
        "entities",
        "retire",
        "classify",
        "diagnostics",
        "bench",
        "provision",
    ):
        assert f" {command} " in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "check",
        "schema",
        "entities",
        "retire",
        "classify",
        "diagnostics",
        "bench",
        "provision",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    """--help works without a configuration, a camera or a broker."""
    result = _facet(command, "--help")
    assert result.returncode == 0
    assert (
        f"facet {command}" in result.stdout or f"Usage: python -m device {command}" in result.stdout
    )


def test_the_version_is_the_package_s() -> None:
    """As `facet --version` prints it."""
    assert _facet("--version").stdout.strip() == f"facet {__version__}"


def test_the_schema_is_json() -> None:
    """On standard output and nothing else, so that it can be redirected to a file."""
    schema = json.loads(_facet("schema").stdout)
    assert schema["required"] == ["mqtt"]


def test_the_schema_needs_no_slow_import() -> None:
    """Help, version and schema appear at once, even on a Pi Zero: OpenCV and TFLite are not loaded."""
    code = (
        "import sys, device.cli, device.config; print('cv2' in sys.modules, 'numpy' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("command", ["run", "check", "entities"])
def test_a_faulty_configuration_is_a_message(tmp_path: Path, command: str) -> None:
    """With file and line, exit code 1, and no traceback."""
    path = _write(tmp_path, "mqtt:\n  hots: broker\n")
    result = _facet(command, "-c", path)
    assert result.returncode == 1
    printed = result.stdout + result.stderr
    assert f"{path}:2: mqtt.hots: unknown key; did you mean host?" in printed
    assert "Traceback" not in printed


def test_entities_shows_what_home_assistant_gets_and_what_that_costs(tmp_path: Path) -> None:
    """Of a node that announces the essential ones the others are not listed."""
    printed = [
        _facet("entities", "-c", _write(tmp_path, f"mqtt: {{host: b, discovery: {discovery}}}"))
        for discovery in ("full", "essential")
    ]
    full, essential = (result.stdout for result in printed)
    for shown in (full, essential):
        assert "event.facet_observation" in shown
        assert "bytes (mqtt.discovery: " in shown
    assert "number.facet_threshold_offset" in full
    assert "number.facet_threshold_offset" not in essential
    assert len(essential.splitlines()) < 20


def test_a_missing_configuration_is_a_message(tmp_path: Path) -> None:
    """It names the file to start from."""
    result = _facet("run", "-c", str(tmp_path / "facet.yaml"))
    assert result.returncode == 1
    assert "does not exist" in result.stderr
    assert "config.example.yaml" in result.stderr
    assert "Traceback" not in result.stderr


def test_checking_succeeds_only_when_everything_works(tmp_path: Path) -> None:
    """The exit code is for scripts."""
    result = _facet("check", "-c", _write(tmp_path, "mqtt: {host: 127.0.0.1, port: 1}"))
    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stdout


def test_a_mistyped_command_is_a_message() -> None:
    """Typer's own, with exit code 2."""
    result = _facet("chek")
    assert result.returncode == 2
    assert "No such command" in result.stderr
