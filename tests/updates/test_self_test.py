"""The self-test of a release: what install.sh, of this release or another one, asks of it before it switches."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.previous import previous_checkout

_PROJECT = Path(__file__).resolve().parents[2]

# As the installers of the first releases have it; as the one of this release has it for them.
_SNIPPET = """
from device.classify import open_perception
from device.config import AttributeSettings, PerceptionSettings
open_perception(PerceptionSettings(), AttributeSettings().model)"""


def run(release: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with a release, away from its folder, as install.sh does."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(release)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """This release with networks that a download cut short."""
    shutil.copytree(
        _PROJECT / "device", tmp_path / "device", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(_PROJECT / "model" / "zoo", tmp_path / "model" / "zoo")
    for network in (tmp_path / "model" / "zoo").glob("*.tflite"):
        os.truncate(network, 1000)
    return tmp_path


def test_this_release_passes() -> None:
    """Without a word on standard output."""
    ended = run(_PROJECT, "-m", "device.updates.self_test")
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr


def test_a_release_with_damaged_networks_fails(broken: Path) -> None:
    """The last line is the reason, for install.sh to show."""
    ended = run(broken, "-m", "device.updates.self_test")
    assert ended.returncode == 1
    assert re.match(r"error: .*\.tflite ", ended.stderr.splitlines()[-1])


def test_a_release_with_a_damaged_recognition_network_fails(tmp_path: Path) -> None:
    """A node that knows people would not start with it."""
    for folder in ("device", "model"):
        shutil.copytree(
            _PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    os.truncate(tmp_path / "model" / "zoo" / "recognition.tflite", 1000)
    ended = run(tmp_path, "-m", "device.updates.self_test")
    assert ended.returncode == 1
    assert "recognition.tflite" in ended.stderr.splitlines()[-1]


def test_the_installers_of_the_first_releases_can_try_this_one(broken: Path) -> None:
    """An update by Home Assistant's button is tried by the installer of the release that it replaces."""
    ended = run(_PROJECT, "-c", _SNIPPET)
    assert ended.returncode == 0, ended.stderr
    assert run(broken, "-c", _SNIPPET).returncode == 1


def test_the_installer_of_the_previous_release_has_that_snippet(tmp_path: Path) -> None:
    """Else the test above would test something else."""
    script = previous_checkout(tmp_path) / "provisioning/install/release.sh"
    assert f"-c '{_SNIPPET}'" in script.read_text()


def test_this_installer_can_try_the_previous_release(tmp_path: Path) -> None:
    """Going back by --version must work; that release has no self-test, and the snippet takes its place."""
    assert f"-c '{_SNIPPET}'" in (_PROJECT / "provisioning/install/release.sh").read_text()
    ended = run(previous_checkout(tmp_path), "-c", _SNIPPET)
    assert ended.returncode == 0, ended.stderr
