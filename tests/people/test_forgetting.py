"""Who is forgotten is gone: no byte of an embedding is in any file of the folder."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from device.people.connection import GalleryConnection
from device.people.database import open_database
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference
from tests.people.conftest import Clock
from tests.people.references import EMBEDDER, new_references
from tests.people.traces import RUN, traces


def test_no_byte_of_an_embedding_stays(gallery: GalleryFile, path: Path) -> None:
    """Neither in the file nor beside it; those of others do."""
    annas, berts = new_references(5), new_references(5, seed=1)
    anna = gallery.enrol("Anna", annas)
    gallery.enrol("Bert", berts)
    assert traces(path.parent, annas) == 5 * (768 - RUN + 1)
    gallery.forget(anna.id)
    assert traces(path.parent, annas) == 0
    assert b"Anna" not in path.read_bytes()
    assert b"anna" not in path.read_bytes()
    assert traces(path.parent, berts) == 5 * (768 - RUN + 1)
    assert [person.name for person in gallery.people()] == ["Bert"]


def test_no_byte_stays_of_what_has_moved_within_the_file(gallery: GalleryFile, path: Path) -> None:
    """Pages are split and joined as people come and go, and copies of rows are left where they were."""
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    enrolled: dict[str, list[NewReference]] = {}
    for number in range(24):
        references = new_references(random.randrange(1, 8), seed=number)
        enrolled[gallery.enrol(f"Person {number}", references).id] = references
        if number % 3 == 2:
            somebody = random.choice(list(enrolled))
            more = new_references(20, seed=100 + number)
            gallery.add(somebody, more)
            enrolled[somebody] += more
    gone = []
    for person in random.sample(list(enrolled), 18):
        gallery.forget(person)
        gone += enrolled.pop(person)
    assert traces(path.parent, gone) == 0
    assert len(gallery.people()) == 6


def test_erasing_that_was_kept_from_its_end_is_finished_at_the_next_start(
    path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Here a reader is in the way, as a kill may be; who was forgotten is gone from the gallery at once."""
    references = new_references(20, seed=99)
    with GalleryFile.open(path, EMBEDDER, clock) as gallery:
        for number in range(20):
            gallery.enrol(f"Person {number}", new_references(3, seed=number))
        anna = gallery.enrol("Anna", references)
    connection = _Delayed(path, open_database(path, patience=0.05), EMBEDDER)
    with GalleryFile(connection, clock) as gallery:
        gallery.forget(anna.id)
        assert len(gallery.people()) == 20
        connection.let_go()
    assert "traces of it may still be in its file" in caplog.text
    assert "Anna" not in caplog.text
    size = path.stat().st_size
    with GalleryFile.open(path, EMBEDDER, clock):
        pass
    assert path.stat().st_size < size
    assert traces(path.parent, references) == 0


class _Delayed(GalleryConnection):
    """Another process reads when the file is about to be rewritten."""

    def erase_traces(self) -> None:
        self._reader = sqlite3.connect(self._path, isolation_level=None)
        self._reader.execute("BEGIN")
        self._reader.execute("SELECT count(*) FROM people").fetchall()
        super().erase_traces()

    def let_go(self) -> None:
        """End the other process."""
        self._reader.close()


def test_only_an_id_and_a_time_are_kept(gallery: GalleryFile, clock: Clock) -> None:
    """So that an import does not bring the person back."""
    anna = gallery.enrol("Anna", new_references(3))
    clock.advance()
    gallery.forget(anna.id)
    (tombstone,) = gallery.tombstones()
    assert (tombstone.id, tombstone.forgotten_at) == (anna.id, clock())
    assert gallery.enrol("Anna", new_references(1)).id != anna.id


def test_a_reset_leaves_the_people_and_no_embedding(gallery: GalleryFile, path: Path) -> None:
    """For a network whose numbers mean something else."""
    anna = gallery.enrol("Anna", new_references(9))
    gallery.reset()
    assert gallery.people() == (anna,)
    assert gallery.references(anna.id) == ()
    assert traces(path.parent, new_references(9)) == 0
