"""Who is enrolled: what is kept, changed and found."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from device.errors import (
    OtherEmbedderError,
    PersonNameError,
    TooManyReferencesError,
    UnknownPersonError,
    UnknownReferenceError,
)
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference
from device.people.thinning import MOST_REFERENCES
from tests.people.conftest import Clock
from tests.people.references import EMBEDDER, OTHER_EMBEDDER, THEN, embeddings, new_references


def test_an_empty_gallery_can_be_compared_with() -> None:
    """Of the right shape, with nothing in it."""
    empty = Gallery.empty()
    assert (empty.embeddings @ embeddings(1)[0]).shape == (0,)
    assert empty.owners.dtype == np.int64
    assert empty.people == ()


def test_who_is_enrolled_is_there_after_a_restart(gallery: GalleryFile, path: Path) -> None:
    """To the last bit."""
    anna = gallery.enrol("Anna", new_references(3))
    bert = gallery.enrol("Bert", new_references(2, seed=1))
    gallery.close()
    with GalleryFile.open(path, EMBEDDER) as opened:
        snapshot = opened.snapshot()
    assert snapshot.people == (anna, bert)
    assert anna.name == "Anna"
    assert anna.enrolled_at == THEN
    assert re.fullmatch("[0-9a-f]{12}", anna.id)
    np.testing.assert_array_equal(
        snapshot.embeddings, np.concatenate([embeddings(3), embeddings(2, seed=1)])
    )
    assert snapshot.owners.tolist() == [0, 0, 0, 1, 1]


def test_a_snapshot_cannot_be_changed(gallery: GalleryFile) -> None:
    """Any thread may keep it."""
    gallery.enrol("Anna", new_references(1))
    snapshot = gallery.snapshot()
    with pytest.raises(ValueError, match="read-only"):
        snapshot.embeddings[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        snapshot.owners[0] = 1


def test_only_its_owner_can_read_the_file(path: Path) -> None:
    """Whatever the umask is, and also if somebody had opened it to others."""
    before = os.umask(0)
    try:
        with GalleryFile.open(path, EMBEDDER) as gallery:
            gallery.enrol("Anna", new_references(1))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with GalleryFile.open(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_name_belongs_to_one_person(gallery: GalleryFile) -> None:
    """Whatever the case of its letters; the error says what to do, and nothing was changed."""
    anna = gallery.enrol("Anna", new_references(1))
    with pytest.raises(PersonNameError, match=f"Anna is the name of person {anna.id} already"):
        gallery.enrol("ANNA", new_references(1, seed=1))
    bert = gallery.enrol("Bert", new_references(1, seed=2))
    with pytest.raises(PersonNameError, match="choose another name"):
        gallery.rename(bert.id, "anna")
    assert [person.name for person in gallery.people()] == ["Anna", "Bert"]
    assert len(gallery.snapshot().embeddings) == 2


def test_a_person_keeps_the_id_under_another_name(gallery: GalleryFile, clock: Clock) -> None:
    """And may change the capitals of the name."""
    anna = gallery.enrol("anna", new_references(1))
    clock.advance()
    renamed = gallery.rename(anna.id, " Anna ")
    assert (renamed.id, renamed.name, renamed.enrolled_at) == (anna.id, "Anna", THEN)
    assert renamed.named_at == clock()
    assert gallery.people() == (renamed,)


def test_people_are_found_by_name_or_id(gallery: GalleryFile) -> None:
    """An error lists who is there."""
    anna = gallery.enrol("Anna", new_references(1))
    assert gallery.find("ANNA") == anna
    assert gallery.find(anna.id) == anna
    with pytest.raises(UnknownPersonError, match=r'"\\x1bBert"; enrolled: Anna'):
        gallery.find("\x1bBert")


def test_a_name_that_looks_like_an_id_is_a_name(gallery: GalleryFile) -> None:
    """Of the two the name is what its owner typed."""
    anna = gallery.enrol("Anna", new_references(1))
    cafe = gallery.enrol(anna.id, new_references(1, seed=1))
    assert gallery.find(anna.id) == cafe


def test_the_most_redundant_references_go(gallery: GalleryFile) -> None:
    """More than twenty say nothing more."""
    anna = gallery.enrol("Anna", new_references(MOST_REFERENCES))
    twins = [NewReference(reference.embedding, 0.4) for reference in new_references(3)]
    assert gallery.add(anna.id, twins) == 3
    assert {r.quality for r in gallery.references(anna.id)} == {0.5}
    better = [NewReference(reference.embedding, 0.6) for reference in new_references(2)]
    assert gallery.add(anna.id, better) == 2
    assert sorted(r.quality for r in gallery.references(anna.id)) == [0.5] * 18 + [0.6] * 2


def test_a_reference_set_aside_is_kept_and_not_compared(gallery: GalleryFile) -> None:
    """Until it is restored."""
    anna = gallery.enrol("Anna", new_references(3))
    second = gallery.references(anna.id)[1].id
    gallery.set_aside(second)
    np.testing.assert_array_equal(gallery.snapshot().embeddings, embeddings(3)[[0, 2]])
    assert [r.is_set_aside for r in gallery.references(anna.id)] == [False, True, False]
    gallery.restore(second)
    np.testing.assert_array_equal(gallery.snapshot().embeddings, embeddings(3))


def test_a_reference_is_restored_only_where_there_is_room(gallery: GalleryFile) -> None:
    """Nothing goes without a word."""
    anna = gallery.enrol("Anna", new_references(MOST_REFERENCES))
    first = gallery.references(anna.id)[0].id
    gallery.set_aside(first)
    assert gallery.add(anna.id, new_references(1, seed=1)) == 0
    with pytest.raises(TooManyReferencesError, match="set another one aside first"):
        gallery.restore(first)
    assert gallery.references(anna.id)[0].is_set_aside


@pytest.mark.parametrize("change", [GalleryFile.set_aside, GalleryFile.restore])
def test_an_unknown_reference_is_an_error(
    gallery: GalleryFile, change: Callable[[GalleryFile, int], None]
) -> None:
    """Which says where the numbers are."""
    with pytest.raises(UnknownReferenceError, match="facet people show NAME"):
        change(gallery, 5)


def test_two_who_are_one_become_one(gallery: GalleryFile, clock: Clock) -> None:
    """The other id is gone for good."""
    anna = gallery.enrol("Anna", new_references(15))
    double = gallery.enrol("Anna 2", new_references(10, seed=1))
    clock.advance()
    assert gallery.merge(anna.id, double.id) == anna
    assert gallery.people() == (anna,)
    assert len(gallery.references(anna.id)) == MOST_REFERENCES
    (tombstone,) = gallery.tombstones()
    assert (tombstone.id, tombstone.forgotten_at) == (double.id, clock())
    with pytest.raises(UnknownPersonError, match="itself"):
        gallery.merge(anna.id, anna.id)


@pytest.mark.parametrize(
    "wrong",
    [
        NewReference(np.zeros(192, np.float32), 0.5),
        NewReference(np.full(192, np.nan, np.float32), 0.5),
        NewReference(np.full(191, 191**-0.5, np.float32), 0.5),
        NewReference(embeddings(1)[0] * 1.1, 0.5),
        NewReference(embeddings(1)[0], float("nan")),
        NewReference(embeddings(1)[0], 1.5),
    ],
)
def test_nobody_is_enrolled_with_what_is_no_embedding(
    gallery: GalleryFile, wrong: NewReference
) -> None:
    """Nor with those before it."""
    with pytest.raises(ValueError, match=r"embedding|quality"):
        gallery.enrol("Anna", [*new_references(2), wrong])
    assert gallery.people() == ()


def test_references_of_another_network_are_never_compared(gallery: GalleryFile, path: Path) -> None:
    """The owner is told what to do; who compares nothing may still list, rename and forget."""
    anna = gallery.enrol("Anna", new_references(1))
    with pytest.raises(
        OtherEmbedderError, match=r"abababababab….*cdcdcdcdcdcd….*`facet people reset`"
    ):
        GalleryFile.open(path, OTHER_EMBEDDER)
    with GalleryFile.open(path) as opened:
        assert opened.rename(anna.id, "Ann").name == "Ann"
        opened.reset()
    with pytest.raises(ValueError, match="embedder"), GalleryFile.open(path) as opened:
        opened.add(anna.id, new_references(1))
    with GalleryFile.open(path, OTHER_EMBEDDER) as opened:
        assert [person.id for person in opened.people()] == [anna.id]
        opened.add(anna.id, new_references(1, seed=1))
        assert len(opened.snapshot().embeddings) == 1
    # Whoever had it open all the time learns of it, too.
    assert gallery.has_changed()
    with pytest.raises(OtherEmbedderError):
        gallery.snapshot()
    with pytest.raises(OtherEmbedderError):
        gallery.add(anna.id, new_references(1))


def test_a_damaged_reference_is_left_out_with_a_line(
    gallery: GalleryFile, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The line has ids and no name; the others are compared, and the next picture takes its place."""
    anna = gallery.enrol("Anna", new_references(3))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE person_references SET embedding = zeroblob(768) WHERE id = 2")
    with caplog.at_level(logging.WARNING):
        snapshot = gallery.snapshot()
    np.testing.assert_array_equal(snapshot.embeddings, embeddings(3)[[0, 2]])
    assert f"Reference 2 of person {anna.id} is damaged" in caplog.text
    assert "Anna" not in caplog.text
    gallery.add(anna.id, new_references(1, seed=1))
    caplog.clear()
    assert len(gallery.snapshot().embeddings) == 3
    assert not caplog.records
