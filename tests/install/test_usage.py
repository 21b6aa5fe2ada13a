"""How install.sh answers to what it cannot understand; for this it needs no Debian."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ofline"], "--ofline is not an option"),
        (["--version"], "--version needs a value"),
        (["--purge"], "--purge goes with --uninstall only"),
        (["--wheel", "/broken"], "--wheel: /broken is not a file facet_node-*.whl"),
        (["--offline", "/nowhere"], "--offline: /nowhere is not a folder"),
        (["--uninstall", "--version", "1"], "--uninstall takes no package"),
        (["--version", "1", "--wheel", "x"], "--version and --wheel exclude each other"),
    ],
)
def test_a_wrong_use_is_named(arguments: list[str], said: str) -> None:
    """With exit code 2, and without looking at the system: even where it could not install."""
    installer = Path(__file__).parents[2] / "provisioning/install.sh"
    result = subprocess.run([installer, *arguments], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {said}")
    assert result.stderr.count("\n") == 1
