"""The release before this one, from the project's history: what an upgrade begins with."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

_PROJECT = Path(__file__).resolve().parents[1]
_COMMIT = "412e183dd295ebb1b3a531a51f9a8038d18ea203"


def previous_checkout(folder: Path) -> Path:
    """Write the previous release's checkout into a folder, and return that.

    Without the history, as in an archive of the project, the test is skipped; CI always has it.
    """
    command = ["git", "-c", "safe.directory=*", "archive", "--format=tar", _COMMIT]
    archive = subprocess.run(command, cwd=_PROJECT, capture_output=True, check=False)
    if archive.returncode != 0:
        message = f"the history has no {_COMMIT[:7]}: {archive.stderr.decode()}"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def previous_release(folder: Path) -> Path:
    """Build the previous release's wheel, unpack it into a folder, and return that, which is fit for PYTHONPATH."""
    checkout = previous_checkout(folder / "checkout")
    build = ["-m", "uv", "build", "--quiet", "--wheel", "--python", sys.executable]
    subprocess.run(
        [sys.executable, *build, "--out-dir", folder / "built", checkout], check=True, timeout=300
    )
    [wheel] = (folder / "built").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "release")  # noqa: S202 - built above
    return folder / "release"
