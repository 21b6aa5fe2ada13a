"""Several processes with one gallery: the node and a command; killed, in each other's way, or on a full disk."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import sqlite3
import subprocess
import sys
import timeit
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from random import Random
from time import sleep, thread_time

import numpy as np
import pytest

from device.errors import GalleryError, GalleryInUseError
from device.people.connection import GalleryConnection
from device.people.database import open_database
from device.people.gallery_file import GalleryFile
from tests.people.conftest import Clock
from tests.people.references import EMBEDDER, embeddings, new_references

_KILLS = 50
_REFERENCES = 5
_EACH = 5
# Changes after which a process is killed: two rounds of enrolling and forgetting. And seconds, to be in the middle.
_MOST_CHANGES = 6
_LONGEST_PAUSE = 0.02
_LONGEST_CHANGE = 30.0


def _enrol_and_forget(path: Path, changes: Semaphore) -> None:
    with GalleryFile.open(path, EMBEDDER) as gallery:
        for person in gallery.people()[3:]:
            gallery.forget(person.id)
        while True:
            changes.release()
            anna = gallery.enrol("Anna", new_references(_REFERENCES))
            changes.release()
            gallery.add(anna.id, new_references(_REFERENCES, seed=1))
            changes.release()
            gallery.forget(anna.id)


def test_kills_at_random_moments_leave_the_gallery_whole(path: Path) -> None:
    """Whoever was being enrolled or forgotten is there with all references, or not at all."""
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    with GalleryFile.open(path, EMBEDDER) as gallery:
        always = [gallery.enrol(name, new_references(20, seed=9)) for name in ("B", "C", "D")]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    found = set()
    for _ in range(_KILLS):
        changes = context.Semaphore(0)
        child = context.Process(target=_enrol_and_forget, args=(path, changes))
        child.start()
        for _ in range(random.randint(1, _MOST_CHANGES)):
            assert changes.acquire(timeout=_LONGEST_CHANGE)
        sleep(random.uniform(0, _LONGEST_PAUSE))
        child.kill()
        child.join()
        with GalleryFile.open(path, EMBEDDER) as gallery:
            snapshot = gallery.snapshot()
        counts = np.bincount(snapshot.owners, minlength=len(snapshot.people)).tolist()
        assert counts[:3] == [20, 20, 20]
        assert list(snapshot.people[:3]) == always
        assert counts[3:] in ([], [_REFERENCES], [2 * _REFERENCES])
        found.add(tuple(counts[3:]))
    # The kills came at different stages.
    assert len(found) > 1


def _enrol_many(path: Path, prefix: str) -> None:
    with GalleryFile.open(path, EMBEDDER) as gallery:
        for number in range(_EACH):
            gallery.enrol(f"{prefix}{number}", new_references(2, seed=number))


def test_processes_that_change_it_at_once_wait_for_each_other(path: Path) -> None:
    """Also when all of them find no file."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    children = [context.Process(target=_enrol_many, args=(path, prefix)) for prefix in "ABC"]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    with GalleryFile.open(path, EMBEDDER) as gallery:
        assert len(gallery.people()) == 3 * _EACH


def test_a_change_begins_when_nobody_else_s_is_under_way(path: Path) -> None:
    """Two that have both read could not both write, and one would fail for no reason that its owner can see."""
    first, second = (
        GalleryConnection(path, open_database(path, patience=0.05), EMBEDDER) for _ in range(2)
    )
    with first.change(), pytest.raises(GalleryInUseError), second.change():
        pytest.fail("both have begun")
    with second.change():
        pass
    for connection in (first, second):
        connection.close()


def test_a_change_by_another_process_is_noticed(path: Path, gallery: GalleryFile) -> None:
    """Without reading the gallery; one's own changes as well."""
    assert gallery.has_changed()
    gallery.snapshot()
    assert not gallery.has_changed()
    gallery.enrol("Anna", new_references(1))
    assert gallery.has_changed()
    gallery.snapshot()
    with GalleryFile.open(path, EMBEDDER) as other:
        assert not gallery.has_changed()
        other.enrol("Bert", new_references(1, seed=1))
        assert gallery.has_changed()
        assert [person.name for person in gallery.snapshot().people] == ["Anna", "Bert"]
        assert not gallery.has_changed()
        other.forget(other.find("Anna").id)
    assert gallery.has_changed()
    assert len(gallery.snapshot().embeddings) == 1


def test_whoever_deletes_the_file_has_everybody_forgotten(path: Path, gallery: GalleryFile) -> None:
    """Although the deleted file is still open; and a file that was put there is read."""
    gallery.enrol("Anna", new_references(1))
    gallery.snapshot()
    with GalleryFile.open(path.with_name("backup.db"), EMBEDDER) as backup:
        backup.enrol("Bert", new_references(1, seed=1))
    path.unlink()
    assert gallery.has_changed()
    assert gallery.snapshot().people == ()
    assert not gallery.has_changed()
    path.with_name("backup.db").replace(path)
    assert gallery.has_changed()
    assert [person.name for person in gallery.snapshot().people] == ["Bert"]


def test_a_file_that_was_replaced_by_a_damaged_one_is_an_error_until_it_is_repaired(
    path: Path, gallery: GalleryFile
) -> None:
    """The node need not be restarted."""
    gallery.snapshot()
    path.unlink()
    path.write_bytes(b"%PDF-1.4 " * 1000)
    for _ in range(2):
        assert gallery.has_changed()
        with pytest.raises(GalleryError, match="damaged"):
            gallery.snapshot()
    path.unlink()
    assert gallery.snapshot().people == ()


def test_a_process_that_never_ends_its_change_is_named(path: Path, clock: Clock) -> None:
    """After a while, and nothing was changed."""
    connection = GalleryConnection(path, open_database(path, patience=0.05), EMBEDDER)
    with GalleryFile(connection, clock) as gallery:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(GalleryInUseError, match=r"people\.db is being changed by another"):
                gallery.enrol("Anna", new_references(1))
        assert gallery.people() == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda gallery: gallery.enrol("Bert", new_references(20, seed=1)),
        lambda gallery: gallery.add(gallery.find("Anna").id, new_references(15, seed=1)),
    ],
    ids=["enrol", "add"],
)
def test_a_full_disk_loses_nothing(path: Path, change: Callable[[GalleryFile], object]) -> None:
    """Here the limit on the size of a file plays the full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with GalleryFile.open(path, EMBEDDER) as gallery:
            anna = gallery.enrol("Anna", new_references(3))
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
            with pytest.raises(GalleryError, match="nothing was changed: make room on the disk"):
                change(gallery)
            assert gallery.people() == (anna,)
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            np.testing.assert_array_equal(gallery.snapshot().embeddings, embeddings(3))
            change(gallery)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    with GalleryFile.open(path, EMBEDDER) as gallery:
        assert len(gallery.snapshot().embeddings) > 3


def test_a_thousand_references_are_read_and_watched_cheaply(gallery: GalleryFile) -> None:
    """Before each burst the node asks whether anything has changed, and mostly nothing has: that costs far less."""
    for number in range(50):
        gallery.enrol(f"Person {number}", new_references(20, seed=number))
    assert gallery.snapshot().embeddings.shape == (1000, 192)
    read, asked = (
        min(timeit.repeat(work, number=1, repeat=20, timer=thread_time))
        for work in (gallery.snapshot, gallery.has_changed)
    )
    assert not gallery.has_changed()
    print(f"1000 references are read in {read * 1e3:.1f} ms; asking takes {asked * 1e6:.0f} µs")
    assert asked < read / 5


def test_the_node_needs_no_cryptography_to_open_a_gallery(path: Path) -> None:
    """On 32-bit ARM it is not installed with Facet."""
    program = (
        "import pathlib, sys; sys.modules['cryptography'] = None\n"
        "import device.people.sealing\n"
        "from device.people.gallery_file import GalleryFile\n"
        "GalleryFile.open(pathlib.Path(sys.argv[1])).close()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
