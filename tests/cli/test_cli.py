"""The `facet` command as a user runs it: as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import device
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
        "people",
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
        "people",
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


@pytest.mark.parametrize("command", ["run", "check", "entities", "retire"])
def test_the_configuration_may_be_typed_first(tmp_path: Path, command: str) -> None:
    """Without -c, which stays."""
    path = _write(tmp_path, "mqtt:\n  hots: broker\n")
    result = _facet(command, path)
    assert result.returncode == 1
    assert f"{path}:2: mqtt.hots" in result.stdout + result.stderr


@pytest.mark.parametrize("command", ["run", "check", "entities", "retire", "diagnostics"])
def test_two_configurations_are_a_mistake(command: str) -> None:
    """The message names both, and nothing is read."""
    result = _facet(command, "one.yaml", "-c", "two.yaml")
    assert result.returncode == 2
    assert "one.yaml and -c two.yaml: give one file, either way" in result.stderr


def test_a_full_disk_is_one_line() -> None:
    """Not a traceback, and not success."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(
            [sys.executable, "-m", "device", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: standard output cannot be written: No space left on device")


def test_pictures_may_have_names_that_are_not_utf_8(tmp_path: Path) -> None:
    """Each is annotated and printed, and the ones after it are looked at."""
    names = (b"gr\xfc\xdfe.png", b"z.png")
    (tmp_path / "in").mkdir()
    for name in names:
        cv2.imwrite(str(tmp_path / "empty.png"), np.full((480, 640, 3), 127, np.uint8))
        (tmp_path / "empty.png").rename(tmp_path / "in" / os.fsdecode(name))
    result = subprocess.run(
        [sys.executable, "-m", "device", "classify", "in", "--annotate", "out"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(device.__file__).parents[1])},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert all(b"in/" + name in result.stdout for name in names)
    assert sorted(os.fsencode(path.name) for path in (tmp_path / "out").iterdir()) == [
        b"gr\xfc\xdfe-facet.png",
        b"z-facet.png",
    ]


def test_entities_shows_what_home_assistant_gets_and_what_that_costs(tmp_path: Path) -> None:
    """Of a node that announces the essential ones the others are not listed."""
    printed = [
        _facet("entities", "-c", _write(tmp_path, f"mqtt: {{host: b, discovery: {discovery}}}"))
        for discovery in ("full", "essential")
    ]
    full, essential = (result.stdout for result in printed)
    for shown in (full, essential):
        assert "event.facet_*" in shown
        assert "  observation " in shown
        assert "bytes (mqtt.discovery: " in shown
    assert "  threshold_offset " in full
    assert "threshold_offset" not in essential
    assert len(essential.splitlines()) < 24


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
