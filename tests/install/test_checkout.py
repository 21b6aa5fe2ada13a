"""A checkout's release has a name of its content: whatever its wheel ships is part of it. This needs no Debian."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.install.wheels import VERSION, copy_checkout

# What install.sh does to choose a release, with nothing but the variables that it has by then.
_CHOOSE = """
set -euo pipefail
here=$1/provisioning root=/nowhere version= wheel= wheelhouse= dry_run=false
fail() { echo "$*" >&2; exit 1; }
source "$here/install/release.sh"
choose_release
echo "$name"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy that may be changed."""
    copy_checkout(tmp_path / "checkout")
    return tmp_path / "checkout"


def release_of(checkout: Path) -> str:
    """The name that install.sh gives to a checkout's release."""
    ended = subprocess.run(
        ["/bin/bash", "-c", _CHOOSE, "choose", checkout], capture_output=True, text=True, check=True
    )
    return ended.stdout.strip()


def shipped(checkout: Path) -> Iterator[Path]:
    """Everything that pyproject.toml puts into the wheel or makes it from: a file, or all files of a folder."""
    document: dict[str, Any] = tomllib.loads((checkout / "pyproject.toml").read_text())
    wheel = document["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel.keys() == {"packages", "shared-data"}, "teach this test what else the wheel ships"
    licences = [
        str(path.relative_to(checkout))
        for pattern in document["project"]["license-files"]
        for path in checkout.glob(pattern)
    ]
    for name in (
        *("pyproject.toml", document["project"]["readme"]),
        *(*licences, *wheel["packages"], *wheel["shared-data"]),
    ):
        path = checkout / name
        assert path.exists(), f"pyproject.toml names {name}, which is not there"
        if path.is_file():
            yield path
        yield from (found for found in path.rglob("*") if found.is_file())


def test_the_name_is_the_version_and_the_digest_of_the_content(checkout: Path) -> None:
    """The same content has the same name, wherever it lies and whatever Python has compiled in it."""
    name = release_of(checkout)
    version, _, digest = name.partition("-")
    assert version == VERSION
    assert len(digest) == 8
    compiled = checkout / "device/__pycache__/errors.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"compiled")
    assert release_of(checkout) == name


def test_every_file_that_the_wheel_ships_is_part_of_the_digest(checkout: Path) -> None:
    """Else install.sh would say that nothing had to change, and leave the old file in use."""
    program = _CHOOSE.replace("choose_release\n", "").replace(
        'echo "$name"', 'cd "$1"; find "${checkout_content[@]}" -type f'
    )
    listed = subprocess.run(
        ["/bin/bash", "-c", program, "list", checkout], capture_output=True, text=True, check=True
    )
    digested = set(listed.stdout.splitlines())
    wanted = {str(path.relative_to(checkout)) for path in shipped(checkout)}
    assert len(wanted) > 100
    assert wanted - digested == set()


@pytest.mark.parametrize("name", ["docs/updates.md", "device/__init__.py"])
def test_a_change_to_what_the_wheel_ships_makes_another_release(checkout: Path, name: str) -> None:
    """A manual as well as the program."""
    before = release_of(checkout)
    with (checkout / name).open("ab") as file:
        file.write(b"\n")
    assert release_of(checkout) != before
