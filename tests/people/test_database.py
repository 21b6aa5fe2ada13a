"""The gallery's file when it is not what it should be: an error names it, and nothing in it is changed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from device.errors import GalleryDamagedError, GalleryError, GalleryTooNewError
from device.people.database import MIGRATIONS, open_database
from device.people.gallery_file import GalleryFile
from tests.people.references import EMBEDDER, new_references


@pytest.fixture
def filled(path: Path) -> Path:
    """The file of a gallery with two people."""
    with GalleryFile.open(path, EMBEDDER) as gallery:
        gallery.enrol("Anna", new_references(20))
        gallery.enrol("Bert", new_references(20, seed=1))
    return path


def test_an_older_file_is_migrated(filled: Path) -> None:
    """One step after the other; the people stay."""
    steps = (*MIGRATIONS, "ALTER TABLE people ADD COLUMN motto TEXT NOT NULL DEFAULT 'none'")
    with closing(open_database(filled, steps)) as database:
        rows = database.execute("SELECT name, motto FROM people ORDER BY number").fetchall()
        assert rows == [("Anna", "none"), ("Bert", "none")]
        assert database.execute("PRAGMA user_version").fetchone() == (len(steps),)
    with closing(open_database(filled, steps)) as database:
        assert database.execute("SELECT count(*) FROM people").fetchone() == (2,)


def test_a_migration_that_fails_leaves_the_version_before(filled: Path) -> None:
    """With all that its earlier statements did taken back."""
    before = filled.read_bytes()
    with pytest.raises(GalleryError):
        open_database(filled, (*MIGRATIONS, "DELETE FROM people; SELECT * FROM nothing"))
    assert filled.read_bytes() == before
    with GalleryFile.open(filled, EMBEDDER) as gallery:
        assert len(gallery.people()) == 2


def test_the_file_of_a_newer_facet_is_left_as_it_is(filled: Path) -> None:
    """Going back to an older release loses nobody."""
    newer = len(MIGRATIONS) + 1
    with closing(open_database(filled, (*MIGRATIONS, "CREATE TABLE later (x)"))):
        pass
    before = filled.read_bytes()
    with pytest.raises(
        GalleryTooNewError,
        match=rf"people\.db has version {newer}.* knows {newer - 1}: a newer Facet",
    ):
        GalleryFile.open(filled, EMBEDDER)
    assert filled.read_bytes() == before


@pytest.mark.parametrize("content", [b"%PDF-1.4 " * 1000, b"\0" * 5000, b"x"])
def test_a_file_of_something_else_is_left_as_it_is(path: Path, content: bytes) -> None:
    """The error names the file and the next step."""
    path.write_bytes(content)
    with pytest.raises(GalleryDamagedError, match=r"people\.db is damaged or no .*: move it away"):
        GalleryFile.open(path, EMBEDDER)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_left_as_it_is(path: Path) -> None:
    """Also if its version is one that Facet has."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE people (id); PRAGMA user_version = 1")
    before = path.read_bytes()
    with pytest.raises(GalleryDamagedError, match="a database of another program"):
        GalleryFile.open(path, EMBEDDER)
    assert path.read_bytes() == before


def test_a_truncated_file_is_left_as_it_is(filled: Path) -> None:
    """As after a crash of the file system."""
    before = filled.read_bytes()[:-6000]
    filled.write_bytes(before)
    with pytest.raises(GalleryDamagedError, match=r"people\.db"):
        GalleryFile.open(filled, EMBEDDER)
    assert filled.read_bytes() == before


def test_any_damage_is_an_error_or_changes_no_embedding(filled: Path) -> None:
    """One wrong byte anywhere: never another exception, and never a wrong number to compare with."""
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    whole = filled.read_bytes()
    with GalleryFile.open(filled, EMBEDDER) as gallery:
        expected = {row.tobytes() for row in gallery.snapshot().embeddings}
    errors = 0
    for _ in range(100):
        place = random.randrange(len(whole))
        filled.write_bytes(
            whole[:place] + bytes([whole[place] ^ random.randrange(1, 256)]) + whole[place + 1 :]
        )
        try:
            with GalleryFile.open(filled, EMBEDDER) as gallery:
                found = {row.tobytes() for row in gallery.snapshot().embeddings}
                gallery.export_people()
        except GalleryError:
            errors += 1
        else:
            assert found <= expected
        for leftover in filled.parent.iterdir():
            if leftover != filled:
                leftover.unlink()
    assert errors


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(GalleryError, match=r"missing/people\.db: .*set node\.state_directory"):
        GalleryFile.open(tmp_path / "missing" / "people.db", EMBEDDER)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_root_makes_belongs_to_the_node(path: Path) -> None:
    """A command with sudo must not lock the service out."""
    os.chown(path.parent, 1234, 1234)
    with GalleryFile.open(path, EMBEDDER) as gallery:
        gallery.enrol("Anna", new_references(1))
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)
    with suppress(PermissionError):
        os.chown(path.parent, 0, 0)
