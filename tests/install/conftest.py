"""Debians with and without Facet; the tests share them, and each changes a separate branch."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builds import built
from tests.install.debian import Debian, Mounts, in_memory
from tests.install.wheels import BROKEN, NEWER, build_wheel, copy_checkout, set_version

SUITES = ("bookworm", "trixie")
OFFLINE = ("--offline", "/wheelhouse")


@dataclass(frozen=True, slots=True)
class Installed:
    """A Debian on which install.sh has run.

    Attributes:
        debian: as it was left.
        output: of install.sh.
        seconds: how long it took.
    """

    debian: Debian
    output: str
    seconds: float


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder in memory: twenty installations would wear a disk out and be slow on it."""
    folder = Path(tempfile.mkdtemp(prefix="facet-install-", dir=in_memory()))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def bare(scratch: Path) -> Callable[[str], Debian]:
    """A function that makes a Debian without Facet, by suite."""
    shared: dict[str, tuple[Path, Mounts]] = {}
    numbers = itertools.count()

    def make(suite: str) -> Debian:
        if suite not in shared:
            debian, wheelhouse = built("debian", suite), built("wheelhouse", suite)
            if not shared:
                _lay_out(scratch, wheelhouse)
            mounts = Mounts(scratch / "project", wheelhouse, scratch / "newer", scratch / "broken")
            shared[suite] = debian / "root", mounts
        root, mounts = shared[suite]
        return Debian((root,), scratch / f"bare-{next(numbers)}", mounts)

    return make


def _lay_out(scratch: Path, wheelhouse: Path) -> None:
    """Lay out the checkout, and wheels of two later releases, the last of which is broken."""
    copy_checkout(scratch / "project")
    later = scratch / "later"
    copy_checkout(later)
    set_version(later, NEWER)
    build_wheel(later, wheelhouse, scratch / "newer")
    set_version(later, BROKEN)
    # Like a download that was cut short, or models for another TFLite.
    for network in (later / "model/zoo").glob("*.tflite"):
        os.truncate(network, 1000)
    build_wheel(later, wheelhouse, scratch / "broken")


@pytest.fixture(scope="session")
def installed_on(bare: Callable[[str], Debian]) -> Callable[[str], Installed]:
    """A function that returns a Debian with Facet, installed from the checkout, by suite."""
    made: dict[str, Installed] = {}

    def give(suite: str) -> Installed:
        if suite not in made:
            debian = bare(suite)
            begun = time.monotonic()
            result = debian.install(*OFFLINE)
            made[suite] = Installed(debian, result.stdout, time.monotonic() - begun)
            assert result.returncode == 0, result.stdout
        return made[suite]

    return give


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest) -> str:
    """Each promised suite of Debian."""
    return str(request.param)


@pytest.fixture
def installed(installed_on: Callable[[str], Installed], suite: str) -> Installed:
    """Facet on each suite; not to be changed."""
    return installed_on(suite)


@pytest.fixture
def branch(scratch: Path) -> Iterator[Callable[[Debian], Debian]]:
    """A function that makes copies that may be changed; they are deleted after the test."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    numbers = itertools.count()
    yield lambda debian: debian.branch(folder / str(next(numbers)))
    shutil.rmtree(folder)


@pytest.fixture
def debian(installed: Installed, branch: Callable[[Debian], Debian]) -> Debian:
    """A Debian with Facet, to be changed."""
    return branch(installed.debian)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pytest-xdist (--dist loadgroup) run the tests that share an installation in one process."""
    for item in items:
        if item.get_closest_marker("install") and not item.get_closest_marker("xdist_group"):
            callspec = getattr(item, "callspec", None)
            suite = callspec.params.get("suite") if callspec else None
            item.add_marker(pytest.mark.xdist_group(suite or SUITES[-1]))
