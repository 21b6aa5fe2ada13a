"""`facet run` without Typer: the same options, and a node that has imported nothing of what it does not need."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from typer.main import get_group

from device.cli.app import app
from device.cli.run_options import RunOptions, read_run_options

# What other commands print, draw, serve, sign and search with; and Pillow, which is for cameras that are pictures.
_NOT_OF_THE_NODE = {
    "PIL",
    "argparse",
    "click",
    "cryptography",
    "h11",
    "jsonschema",
    "rich",
    "starlette",
    "typer",
    "uvicorn",
    "zeroconf",
}
# `facet run`, which at its end prints the modules on standard output.
_PROGRAM = """
import atexit, sys
from device.cli import main
atexit.register(lambda: print(*sys.modules))
main()
"""


def _as_typer_reads(arguments: Sequence[str]) -> RunOptions:
    command = get_group(app).commands["run"]
    read = command.make_context("run", list(arguments)).params
    file = Path(read["file"] or read["config"] or "facet.yaml")
    return RunOptions(file, read["log_level"], read["setup"])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("facet.yaml",),
        ("-c", "/etc/facet/facet.yaml"),
        ("--config", "a b.yaml", "--log-level", "debug"),
        ("--setup", "there.yaml", "--log-level", "warning"),
    ],
)
@pytest.mark.parametrize("variable", [None, "0", "1"])
def test_the_options_are_those_that_typer_reads(
    monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], variable: str | None
) -> None:
    """Whichever way they are given, and with the variable of the unit."""
    environment = {} if variable is None else {"FACET_SETUP": variable}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert read_run_options(["run", *arguments], environment) == _as_typer_reads(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("check", "facet.yaml"),
        ("run", "--help"),
        ("run", "-c"),
        ("run", "-c", "--setup"),
        ("run", "-c", "one.yaml", "two.yaml"),
        ("run", "one.yaml", "two.yaml"),
        ("run", "--config=facet.yaml"),
        ("run", "--colour"),
        ("run", ""),
    ],
)
def test_typer_answers_what_is_unusual(arguments: Sequence[str]) -> None:
    """Other commands, help, mistakes, and forms that nobody documents."""
    assert read_run_options(arguments, {}) is None


def test_typer_answers_a_variable_that_is_neither_0_nor_1() -> None:
    """It knows more words for yes and no, and has an error for the rest."""
    assert read_run_options(["run"], {"FACET_SETUP": "yes"}) is None


def test_a_node_imports_nothing_of_what_it_does_not_need(tmp_path: Path) -> None:
    """Command line, tables, drawing, the page, signatures, and schemas: of a real node that has loaded its networks."""
    config = tmp_path / "facet.yaml"
    settings = {
        "node": {"state_directory": str(tmp_path / "state")},
        "mqtt": {"host": "127.0.0.1", "port": 9},
        "camera": {"source": str(tmp_path / "missing.mp4")},
    }
    config.write_text(yaml.safe_dump(settings))
    command = [sys.executable, "-c", _PROGRAM, "run", "-c", str(config)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as node:
        assert node.stderr is not None
        # The camera's thread starts when everything has been loaded.
        begun = next((line for line in node.stderr if "device.camera" in line), "it has ended")
        node.send_signal(signal.SIGTERM)
        printed, log = node.communicate(timeout=60)
    assert node.returncode == 0, begun + log
    imported = {name.partition(".")[0] for name in printed.split()}
    assert {"ai_edge_litert", "cv2", "device"} <= imported
    assert not imported & _NOT_OF_THE_NODE
