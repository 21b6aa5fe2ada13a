"""ansible-lint on provisioning/ansible."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet.fleet import on_controller

pytestmark = [pytest.mark.fleet, pytest.mark.timeout(600)]  # the first test waits for the build


def test_role_playbooks_and_example_are_fit_for_production(site: Path, tmp_path: Path) -> None:
    """By ansible-lint's strictest profile, warnings included."""
    programs = site / "ansible" / "bin"
    command: list[str | Path] = [
        programs / "ansible-lint",
        "--offline",
        "--profile",
        "production",
        "--strict",
    ]
    ended = on_controller(programs, tmp_path, command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Profile 'production' was required, and it passed" in ended.stderr
