"""Unknown visitors on the capture thread: kept only if the owner wants that, and named from Home Assistant."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.entities.roster import RosterEventType, RosterReason
from device.errors import OtherEmbedderError
from device.node.gallery_tasks import EnrolTask, ForgetTask, NameVisitorTask
from device.node.gallery_work import PeopleChanged
from device.node.visitor_log import VisitorLog, forget_visitors, open_gallery
from device.people.connection import GalleryConnection
from device.people.database import open_database
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference
from device.people.reader import PEOPLE
from tests.node.gallery_bench import LIMITS, PICTURES, Bench, looks
from tests.people.conftest import Clock as CivilClock
from tests.people.references import EMBEDDER, OTHER_EMBEDDER, new_references
from tests.people.traces import traces

DAYS = 7


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int], Bench]]:
    """Start a node's work on the gallery, as often as a test likes."""
    made: list[Bench] = []

    def again(days: int) -> Bench:
        for bench in made:
            bench.known.close()
        made.append(Bench(tmp_path, days))
        return made[-1]

    yield again
    for bench in made:
        bench.known.close()


@pytest.fixture
def bench(start: Callable[[int], Bench]) -> Bench:
    """A node that keeps visitors for a week; Bert is enrolled."""
    bench = start(DAYS)
    with GalleryFile.open(bench.path, EMBEDDER) as gallery:
        gallery.enrol("Bert", new_references(3, seed=9))
    bench.tick()
    return bench


def see(bench: Bench, seed: int = 0) -> None:
    """Let somebody unknown be seen, who looks a little different each day."""
    day = (bench.time() - bench.began).days
    bench.known.saw([NewReference(looks(DAYS * 5, seed)[day], 0.9)])
    bench.tick()


def shown(bench: Bench) -> dict[str, int]:
    """What Home Assistant gets of the visitors."""
    newest = [each for each in bench.put if isinstance(each, PeopleChanged)][-1]
    return {visitor.label: visitor.visits for visitor in newest.visitors}


def rows(path: Path) -> int:
    """How many visits are in the file."""
    with closing(sqlite3.connect(path)) as database:
        count: int = database.execute("SELECT count(*) FROM encounters").fetchone()[0]
    return count


def test_who_is_unknown_is_counted_as_long_as_a_visit_is_kept(bench: Bench) -> None:
    """Without the owner doing anything, and without a capture."""
    see(bench)
    bench.time.advance()
    see(bench)
    see(bench, seed=1)
    assert shown(bench) == {"Visitor 1": 2, "Visitor 2": 1}
    bench.time.advance(DAYS - 0.5)
    bench.tick()
    assert shown(bench) == {"Visitor 1": 1, "Visitor 2": 1}
    bench.time.advance()
    bench.tick()
    bench.tick()
    assert shown(bench) == {}
    assert rows(bench.path) == 0


def test_by_default_nobody_is_kept(start: Callable[[int], Bench]) -> None:
    """No row is ever written."""
    bench = start(0)
    with GalleryFile.open(bench.path, EMBEDDER) as gallery:
        gallery.enrol("Bert", new_references(3, seed=9))
    see(bench)
    bench.tick()
    assert not bench.known.keeps_visitors
    assert shown(bench) == {}
    with closing(sqlite3.connect(bench.path)) as database:
        sequences = database.execute("SELECT name FROM sqlite_sequence ORDER BY name").fetchall()
    assert sequences == [("people",), ("person_references",)]


def test_whoever_turns_it_off_has_no_visitor_left(
    bench: Bench, start: Callable[[int], Bench]
) -> None:
    """Not in the file either; who is enrolled stays."""
    see(bench)
    assert rows(bench.path) == 1
    start(0).tick()
    assert rows(bench.path) == 0
    faces = [NewReference(face, 0.9) for face in looks(DAYS * 5)]
    assert traces(bench.path.parent, faces) == 0
    assert traces(bench.path.parent, new_references(3, seed=9)) > 0


def test_a_node_that_recognises_nobody_any_more_has_no_visitor_left(bench: Bench) -> None:
    """Where there is no gallery, none is made."""
    see(bench)
    bench.known.close()
    forget_visitors(bench.path)
    assert rows(bench.path) == 0
    forget_visitors(bench.path.with_name("other.db"))
    assert not bench.path.with_name("other.db").exists()


def test_visitors_are_gone_with_the_network_that_has_measured_them(bench: Bench) -> None:
    """People wait for their owner; nobody would ever delete these."""
    see(bench)
    bench.known.close()
    with pytest.raises(OtherEmbedderError):
        open_gallery(bench.path, OTHER_EMBEDDER)
    assert rows(bench.path) == 0


def test_a_visitor_gets_a_name(bench: Bench) -> None:
    """Who is enrolled is said before it is said that somebody was; a visit is as good as a picture."""
    for _ in range(3):
        see(bench)
        bench.time.advance()
    (visitor,) = bench.known.visitors
    (event,) = bench.do(NameVisitorTask(visitor, "Anna"), is_private=True)
    assert (event.kind, event.name) == (RosterEventType.ENROLLED, "Anna")
    assert event.references == len(event.pictures) == 3
    assert event.text == "Anna is enrolled with 3 references"
    assert bench.changes[-1] == ["Bert", "Anna"]
    assert shown(bench) == {}
    (event,) = bench.do(NameVisitorTask(visitor, "Anna"))
    assert (event.name, event.reason) == ("Visitor 1", RosterReason.GALLERY)
    assert "no visits of Visitor 1 are kept" in event.text


def test_a_visitor_is_not_named_after_somebody_who_looks_otherwise(bench: Bench) -> None:
    """Nor with what is no name; the visitor stays."""
    see(bench)
    (visitor,) = bench.known.visitors
    (event,) = bench.do(NameVisitorTask(visitor, "Bert"))
    assert (event.kind, event.reason) == (RosterEventType.REFUSED, RosterReason.NOTHING_TAKEN)
    assert "the visit was not taken: it resembles none of Bert's references" in event.text
    (event,) = bench.do(NameVisitorTask(visitor, "A\x00"))
    assert event.reason is RosterReason.NO_NAME
    assert shown(bench) == {"Visitor 1": 1}


def test_a_visitor_who_is_enrolled_otherwise_is_unknown_no_more(bench: Bench) -> None:
    """By the camera, from a picture, or by an import from another node."""
    see(bench)
    see(bench, seed=1)
    bench.show(*looks(PICTURES))
    bench.do(EnrolTask("Anna"))
    bench.tick()
    assert shown(bench) == {"Visitor 2": 1}
    assert rows(bench.path) == 1


def test_whoever_is_forgotten_is_not_left_as_a_visitor(bench: Bench) -> None:
    """One of the visitors may be them; and nobody can tell for sure."""
    see(bench)
    (bert,) = bench.known.gallery.people
    bench.do(ForgetTask(bert))
    bench.tick()
    assert shown(bench) == {}
    assert rows(bench.path) == 0


def test_what_was_seen_before_privacy_is_not_kept(bench: Bench) -> None:
    """Whether privacy begins before it is written or while it is about to be."""
    face = NewReference(looks(1)[0], 0.9)
    bench.known.saw([face])
    bench.known.close()
    bench.tick()
    bench.known.saw([face])
    bench.should_stop = lambda: True
    bench.tick()
    bench.known.close()
    bench.should_stop = lambda: False
    bench.tick()
    assert shown(bench) == {}


def test_a_disk_that_takes_nothing_ends_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Here another process is changing the file. The log says so, once, and it is tried again."""
    path, time = tmp_path / PEOPLE, CivilClock()
    face = NewReference(looks(1)[0], 0.9)
    log = VisitorLog(DAYS, LIMITS, time)
    connection = GalleryConnection(path, open_database(path, patience=0.05), EMBEDDER)
    with GalleryFile(connection, time) as file, closing(sqlite3.connect(path)) as other:
        file.visitors.record([face], LIMITS)
        file.enrol("Anna", [face])
        log.tidy(file)
        other.execute("BEGIN IMMEDIATE")
        log.saw([face])
        log.keep(lambda: file)
        log.follow(file, file.snapshot())
        assert log.visitors == ()
        log.follow(file, Gallery.empty())
        time.advance(DAYS + 1)
        for _ in range(3):
            log.tidy(file)
        assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
        other.execute("ROLLBACK")
        time.advance(0.01)
        log.tidy(file)
    assert rows(path) == 0
