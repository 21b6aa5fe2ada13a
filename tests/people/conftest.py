"""An open gallery, and what stands for the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from tests.people.references import EMBEDDER, THEN


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = THEN

    def __call__(self) -> datetime:
        """Return what was set."""
        return self.time

    def advance(self, days: float = 1) -> None:
        """Let time pass."""
        self.time += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    """The clock of the galleries."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the gallery's file is, in a folder of its own."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder / PEOPLE


@pytest.fixture
def gallery(path: Path, clock: Clock) -> Iterator[GalleryFile]:
    """An empty gallery."""
    with GalleryFile.open(path, EMBEDDER, clock) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path, clock: Clock) -> Iterator[GalleryFile]:
    """The empty gallery of another node."""
    with GalleryFile.open(tmp_path / "other.db", EMBEDDER, clock) as opened:
        yield opened
