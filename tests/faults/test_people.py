"""A disk that is full or fails while people are enrolled and forgotten: nobody is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.errors import GalleryError
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from tests.faults.disk import Disk, small_disk
from tests.people.references import EMBEDDER, new_references

pytestmark = [pytest.mark.faults]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A memory card of eight megabytes."""
    with small_disk(tmp_path / "card") as mounted:
        yield mounted


def test_a_full_disk_refuses_who_is_enrolled_and_keeps_the_others(disk: Disk) -> None:
    """The error says what to do; with room again everything works, without opening the file a second time."""
    with GalleryFile.open(disk.folder / PEOPLE, EMBEDDER) as gallery:
        anna = gallery.enrol("Anna", new_references(20))
        before = gallery.snapshot()
        disk.fill()
        with pytest.raises(GalleryError, match="nothing was changed: make room on the disk"):
            gallery.enrol("Bert", new_references(20, seed=1))
        assert gallery.people() == (anna,)
        assert len(gallery.snapshot().embeddings) == len(before.embeddings)
        disk.make_room()
        bert = gallery.enrol("Bert", new_references(20, seed=1))
        assert gallery.people() == (anna, bert)


def test_on_a_disk_that_became_read_only_people_are_still_recognised(disk: Disk) -> None:
    """As ext4 does after an error of the card; who is forgotten or not is never in doubt."""
    with GalleryFile.open(disk.folder / PEOPLE, EMBEDDER) as gallery:
        anna = gallery.enrol("Anna", new_references(3))
        disk.fail()
        with pytest.raises(GalleryError, match="nothing was changed"):
            gallery.forget(anna.id)
        assert gallery.people() == (anna,)
    with GalleryFile.open(disk.folder / PEOPLE, EMBEDDER) as gallery:
        assert len(gallery.snapshot().embeddings) == 3
        with pytest.raises(GalleryError, match="nothing was changed"):
            gallery.forget(anna.id)
    disk.repair()
    with GalleryFile.open(disk.folder / PEOPLE, EMBEDDER) as gallery:
        gallery.forget(anna.id)
        assert gallery.people() == ()
