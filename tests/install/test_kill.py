"""Killed at seeded points, spread over an installation and an upgrade: as by a cut in the power.

With FACET_FULL=1 ten points lie in an installation on a bare bookworm, and ten in an upgrade on trixie: one, by chance,
in each tenth of the time that it takes. Otherwise there are three in each.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.scale import scaled
from tests.install.conftest import OFFLINE, Installed
from tests.install.debian import Debian
from tests.install.wheels import NEWER, VERSION

pytestmark = [pytest.mark.install, pytest.mark.timeout(1800)]

_SEED = 6
_POINTS = scaled(10, 3)
_INSTALL = ("/project/provisioning/install.sh", *OFFLINE)
_UPGRADE = (*_INSTALL, "--wheel", f"/wheelhouse/facet_node-{NEWER}-py3-none-any.whl")
_RUNS = "/opt/facet/current/bin/facet"


def _moments(seconds: float) -> list[float]:
    chance = random.Random(_SEED)  # noqa: S311 - nobody guesses against it
    return [(part + chance.random()) / _POINTS * seconds for part in range(_POINTS)]


def _everywhere(
    scratch: Path,
    base: Debian,
    seconds: float,
    command: tuple[str, ...],
    after: Callable[[Debian], str],
) -> None:
    """Kill the command at each moment in a separate branch, see what is left, and let the next run repair it."""

    def one(moment: float) -> str:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        attempt, wait = 0, moment
        while not (debian := base.branch(folder / str(attempt))).kill_after(wait, *command):
            attempt, wait = attempt + 1, wait * 0.8  # it was faster than the one that was measured
        left = after(debian)
        repaired = debian.run(*command)
        assert repaired.returncode == 0, f"killed after {wait:.1f} s: {repaired.stdout}"
        again = debian.run(*command, "--dry-run")
        assert "0 step(s) would be done" in again.stdout, (
            f"killed after {wait:.1f} s: {again.stdout}"
        )
        shutil.rmtree(folder)
        return f"killed after {wait:4.1f} of {seconds:.1f} s: {left}; repaired"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for line in pool.map(one, _moments(seconds)):
            print(line)


@pytest.mark.xdist_group("bookworm")
def test_an_installation_that_was_killed_is_repaired_by_the_next_run(
    scratch: Path, bare: Callable[[str], Debian], installed_on: Callable[[str], Installed]
) -> None:
    """Wherever it was: in apt, in pip, or between two files."""

    def after(debian: Debian) -> str:
        there = debian.run("test", "-e", _RUNS).returncode == 0
        if there:  # a link to a release is made when the release is whole
            assert debian.run(_RUNS, "--version").stdout == f"facet {VERSION}\n"
        return "the program runs" if there else "there is no program yet"

    seconds = installed_on("bookworm").seconds
    _everywhere(scratch, bare("bookworm"), seconds, _INSTALL, after)


def test_an_upgrade_that_was_killed_leaves_a_program_that_runs(
    scratch: Path,
    installed_on: Callable[[str], Installed],
    branch: Callable[[Debian], Debian],
) -> None:
    """The old release or the new one; and the next run completes the upgrade."""
    base = installed_on("trixie").debian
    begun = time.monotonic()
    assert branch(base).run(*_UPGRADE).returncode == 0
    seconds = time.monotonic() - begun

    def after(debian: Debian) -> str:
        said = debian.run(_RUNS, "--version").stdout.strip()
        assert said in {f"facet {VERSION}", f"facet {NEWER}"}
        return f"{said} runs"

    _everywhere(scratch, base, seconds, _UPGRADE, after)
