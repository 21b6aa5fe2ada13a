"""The lock files: for each Python and processor that install.sh accepts, every package in one version, with hashes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from device.errors import UpdateError
from device.updates.release.lock import SYSTEMS, Pin, System, pins_for, read_lock

_PROJECT = Path(__file__).parents[2]
_FROM_DEBIAN = {"armv7l": {"numpy", "pillow", "pyyaml"}}
"""What install.sh takes from Debian there, in Debian's version."""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((_PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def _read(name: str) -> list[Pin]:
    return read_lock((_PROJECT / "provisioning" / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pins() -> list[Pin]:
    """What a node installs."""
    return _read("requirements.lock")


def _missing(wanted: list[str], pins: list[Pin], system: System) -> list[str]:
    """What is asked for on a system and is not pinned there, or in a version that is not allowed."""
    versions = {pin.requirement.name: pin.version for pin in pins_for(pins, system)}
    requirements = [Requirement(text) for text in wanted]
    return [
        str(each)
        for each in requirements
        if (each.marker is None or each.marker.evaluate(system.marker_values))
        and each.name not in _FROM_DEBIAN.get(system.machine, ())
        and not (
            each.name in versions
            and each.specifier.contains(versions[each.name], prereleases=False)
        )
    ]


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_everything_that_a_node_depends_on_is_locked(
    project: dict[str, Any], pins: list[Pin], system: System
) -> None:
    """In a version that pyproject.toml allows, the pins' packages among them."""
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *extras["gpio"]]
    assert len(wanted) > 10
    assert _missing(wanted, pins, system) == []


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_what_makes_a_wheel_of_a_checkout_is_locked(
    project: dict[str, Any], system: System
) -> None:
    """install.sh builds one on the node."""
    assert _missing(project["build-system"]["requires"], _read("build.lock"), system) == []


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_a_system_gets_one_version_of_each_package(pins: list[Pin], system: System) -> None:
    """Markers that overlap would ask for two."""
    names = [pin.requirement.name for pin in pins_for(pins, system)]
    assert len(names) > 15
    assert sorted(set(names)) == sorted(names)


def test_32_bit_takes_from_debian_what_has_no_wheel_there(pins: list[Pin]) -> None:
    """A pin would keep pip from being content with Debian's version."""
    [arm] = [system for system in SYSTEMS if system.machine == "armv7l"]
    names = {pin.requirement.name for pin in pins_for(pins, arm)}
    assert "tflite-runtime" in names
    assert names & (_FROM_DEBIAN["armv7l"] | {"ai-edge-litert", "opencv-python-headless"}) == set()


def test_every_python_of_the_project_is_served(project: dict[str, Any]) -> None:
    """The classifiers name them."""
    prefix = "Programming Language :: Python :: 3."
    named = {
        (3, int(each.removeprefix(prefix)))
        for each in project["project"]["classifiers"]
        if each.startswith(prefix)
    }
    assert {system.python for system in SYSTEMS} == named


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_no_lock_file_says_where_packages_come_from(name: str) -> None:
    """That is for pip's own configuration on the node."""
    text = (_PROJECT / "provisioning" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_what_is_written_is_what_was_read(pins: list[Pin]) -> None:
    """Version, marker and hashes."""
    assert read_lock("".join(f"{pin}\n" for pin in pins)) == pins


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("typer>=0.15 --hash=sha256:" + "0" * 64, "must give typer one version"),
        ("typer==0.15", "must give typer one version"),
        ("typer==0.15 --hash=md5:00", "must give typer one version"),
        ("--index-url somewhere", "has the line '--index-url somewhere'"),
    ],
)
def test_a_line_that_locks_nothing_is_an_error(line: str, said: str) -> None:
    """Which quotes it, or names the package."""
    with pytest.raises(UpdateError, match=said):
        read_lock(line)
