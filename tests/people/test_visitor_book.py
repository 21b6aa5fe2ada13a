"""Unknown visitors in the gallery's file: what is kept of them, for how long, and that nothing stays of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from device.errors import GalleryInUseError, PersonNameError, UnknownVisitorError
from device.people.connection import GalleryConnection
from device.people.database import MIGRATIONS, open_database
from device.people.embedding import Embedding, checksum, encoded
from device.people.enrolled import Enrolled, name_visitor
from device.people.gallery_file import GalleryFile
from device.people.hygiene import Flaw
from device.people.identity import Recognition
from device.people.matching import identify
from device.people.person import NewReference
from device.people.visitor_book import MOST_VISITORS, MOST_VISITS
from device.people.visitors import Visitor, visitors_of
from tests.people.conftest import Clock
from tests.people.faces import LIMITS, axis, near
from tests.people.references import EMBEDDER, OTHER_EMBEDDER, new_references
from tests.people.traces import traces

DAYS = 7


def record(gallery: GalleryFile, *faces: Embedding, quality: float = 0.5) -> None:
    """Let these unknown faces be seen in one capture."""
    gallery.visitors.record([NewReference(face, quality) for face in faces], LIMITS)


def visitors(gallery: GalleryFile) -> list[Visitor]:
    """Who came."""
    return list(visitors_of(gallery.visitors.encounters()))


def visits(gallery: GalleryFile) -> dict[str, int]:
    """How often each visitor came."""
    return {visitor.label: visitor.visits for visitor in visitors(gallery)}


def named(gallery: GalleryFile, number: int, name: str) -> Enrolled:
    """Name a visitor."""
    return name_visitor(gallery, gallery.snapshot(), number, name, LIMITS)


def test_captures_within_minutes_are_one_visit_of_which_the_best_face_is_kept(
    gallery: GalleryFile, clock: Clock
) -> None:
    """A visit lasts as long as there is a capture every three minutes."""
    start = clock()
    for minutes, quality in ((0, 0.5), (3, 0.9), (6, 0.7)):
        clock.time = start + timedelta(minutes=minutes)
        record(gallery, near({0: 0.9 + minutes / 100}), quality=quality)
    (encounter,) = gallery.visitors.encounters()
    assert encounter.face.quality == 0.9
    assert encounter.face.embedding @ axis(0) == pytest.approx(0.93)
    assert (encounter.began_at, encounter.ended_at) == (start, clock())


def test_a_later_capture_is_another_visit_of_the_same_visitor(
    gallery: GalleryFile, clock: Clock
) -> None:
    """And whoever looks otherwise is another visitor."""
    record(gallery, axis(0))
    clock.time += timedelta(minutes=4)
    record(gallery, axis(0))
    record(gallery, axis(1))
    assert visits(gallery) == {"Visitor 1": 2, "Visitor 2": 1}


def test_two_faces_of_one_capture_are_two_visitors_however_alike(gallery: GalleryFile) -> None:
    """Nobody is in one picture twice."""
    record(gallery, axis(0), axis(0))
    assert visits(gallery) == {"Visitor 1": 1, "Visitor 2": 1}


def test_a_visit_expires_and_a_number_is_not_given_again(
    gallery: GalleryFile, clock: Clock
) -> None:
    """To the minute; later visits stay."""
    record(gallery, axis(0), axis(1))
    clock.advance(DAYS / 2)
    record(gallery, axis(0))
    clock.advance(DAYS / 2)
    gallery.visitors.expire(DAYS)
    assert visits(gallery) == {"Visitor 1": 2, "Visitor 2": 1}
    clock.time += timedelta(minutes=1)
    gallery.visitors.expire(DAYS)
    assert visits(gallery) == {"Visitor 1": 1}
    clock.advance(DAYS)
    gallery.visitors.expire(DAYS)
    assert visits(gallery) == {}
    record(gallery, axis(2))
    assert visits(gallery) == {"Visitor 3": 1}


def test_a_visit_that_was_dated_by_a_wrong_clock_does_not_stay(
    gallery: GalleryFile, clock: Clock
) -> None:
    """Once the clock is right, it would lie in the future for as long as that was wrong."""
    clock.advance(365)
    record(gallery, axis(0))
    clock.advance(-365)
    gallery.visitors.expire(DAYS)
    assert visits(gallery) == {}


def test_no_more_visits_and_visitors_are_kept_than_a_few(
    gallery: GalleryFile, clock: Clock
) -> None:
    """The oldest visits go first, and whoever has stayed away longest."""
    for _ in range(MOST_VISITS + 2):
        record(gallery, axis(0))
        clock.advance(0.01)
    (visitor,) = visitors(gallery)
    assert visitor.visits == MOST_VISITS
    assert visitor.first_seen == clock() - timedelta(days=0.01 * MOST_VISITS)
    for number in range(1, MOST_VISITORS + 1):
        record(gallery, axis(number))
    assert [each.number for each in visitors(gallery)] == list(range(2, MOST_VISITORS + 2))


@pytest.mark.parametrize("way", ["expire", "forget", "forget one", "reset", "forget a person"])
def test_no_byte_of_a_visitor_stays(
    gallery: GalleryFile, path: Path, clock: Clock, way: str
) -> None:
    """Neither in the file nor beside it, whichever way they go; people stay who should."""
    anna = gallery.enrol("Anna", new_references(3))
    bert = gallery.enrol("Bert", new_references(3, seed=1))
    faces = new_references(30, seed=2)
    for face in faces:
        gallery.visitors.record([face], LIMITS)
        clock.time += timedelta(hours=1)
    assert traces(path.parent, faces) > 0
    match way:
        case "expire":
            clock.advance(DAYS)
            gallery.visitors.expire(DAYS)
        case "forget":
            gallery.visitors.forget()
        case "forget one":
            for visitor in visitors(gallery):
                gallery.visitors.forget([visitor.number])
        case "reset":
            gallery.reset()
        case _:
            gallery.forget(bert.id)
    assert traces(path.parent, faces) == 0
    assert anna in gallery.people()


def test_nothing_of_a_visitor_is_exported(gallery: GalleryFile) -> None:
    """Neither with everybody nor with one person; and faces are not compared with it."""
    anna = gallery.enrol("Anna", new_references(3))
    before = [gallery.export_people(person).to_json() for person in (None, anna.id)]
    record(gallery, axis(0))
    assert [gallery.export_people(person).to_json() for person in (None, anna.id)] == before
    assert len(gallery.snapshot().embeddings) == 3


def test_a_visitor_with_a_name_is_somebody_enrolled(gallery: GalleryFile, clock: Clock) -> None:
    """With what the visits show; nearly the same face counts once."""
    for share, quality in ((1.0, 0.5), (0.7, 0.9), (0.99, 0.6)):
        record(gallery, near({0: share}), quality=quality)
        clock.advance()
    enrolled = named(gallery, 1, " Anna ")
    assert (enrolled.person.name, enrolled.is_new) == ("Anna", True)
    assert [refusal and refusal.flaw for refusal in enrolled.enrolment.refusals] == [
        Flaw.DUPLICATE,
        None,
        None,
    ]
    assert {r.quality for r in gallery.references(enrolled.person.id)} == {0.9, 0.6}
    again = identify(near({0: 0.9})[None], np.ones(1, np.float32), gallery.snapshot(), LIMITS)
    assert again.result is Recognition.KNOWN
    assert visits(gallery) == {}


def test_a_visitor_adds_to_whoever_has_the_name_unless_it_is_somebody_else(
    gallery: GalleryFile,
) -> None:
    """As with pictures; whoever is refused stays a visitor."""
    anna = gallery.enrol("Anna", [NewReference(axis(0), 0.5)])
    record(gallery, near({0: 0.4}))
    record(gallery, axis(7))
    assert not named(gallery, 1, "ANNA").is_new
    assert len(gallery.references(anna.id)) == 2
    refused = named(gallery, 2, "Anna").enrolment.refusals
    assert [refusal and refusal.flaw for refusal in refused] == [Flaw.OUTLIER]
    assert visits(gallery) == {"Visitor 2": 1}
    with pytest.raises(UnknownVisitorError, match="no visits of Visitor 1 are kept"):
        named(gallery, 1, "Anna")
    with pytest.raises(PersonNameError):
        named(gallery, 2, "")


def test_a_file_of_before_is_migrated_with_its_people(path: Path, clock: Clock) -> None:
    """And takes visitors from then on."""
    with closing(open_database(path, MIGRATIONS[:1])) as database:
        database.execute(
            "INSERT INTO people (id, name, name_key, enrolled_at, named_at) VALUES (?, ?, ?, ?, ?)",
            ("a" * 12, "Anna", "anna", clock().isoformat(), clock().isoformat()),
        )
    with GalleryFile.open(path, EMBEDDER, clock) as gallery:
        assert [person.name for person in gallery.people()] == ["Anna"]
        assert path.stat().st_mode & 0o777 == 0o600
        gallery.add("a" * 12, new_references(3))
        record(gallery, axis(0))
        assert visits(gallery) == {"Visitor 1": 1}


def test_the_visitors_of_a_file_from_before_people_were_shared_stay(
    path: Path, clock: Clock
) -> None:
    """And so do the people with their references, which can be set aside from then on."""
    (reference,), stranger = new_references(1), axis(0)
    with closing(open_database(path, MIGRATIONS[:2])) as database:
        now = clock().isoformat()
        database.execute("INSERT INTO facts (key, value) VALUES ('embedder', ?)", (EMBEDDER,))
        database.execute(
            "INSERT INTO people (id, name, name_key, enrolled_at, named_at) VALUES (?, ?, ?, ?, ?)",
            ("a" * 12, "Anna", "anna", now, now),
        )
        data = encoded(reference.embedding)
        database.execute(
            "INSERT INTO person_references (person, embedding, checksum, quality, added_at, is_set_aside) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            ("a" * 12, data, checksum(data), 0.5, now, False),
        )
        face = encoded(stranger)
        database.execute(
            "INSERT INTO encounters (visitor, embedding, checksum, quality, began_at, ended_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (3, face, checksum(face), 0.5, now, now),
        )
    with GalleryFile.open(path, EMBEDDER, clock) as gallery:
        assert visits(gallery) == {"Visitor 3": 1}
        (known,) = gallery.references("a" * 12)
        assert known.marked_at is None
        gallery.set_aside(known.id)
        (known,) = gallery.references("a" * 12)
        assert known.marked_at == clock()
        assert known.is_set_aside


def test_visitors_go_with_the_network_that_has_measured_them(path: Path, clock: Clock) -> None:
    """They keep nobody from being enrolled."""
    with GalleryFile.open(path, EMBEDDER, clock) as gallery:
        record(gallery, axis(0))
    with GalleryFile.open(path, OTHER_EMBEDDER, clock) as gallery:
        gallery.visitors.expire(DAYS)
        assert visits(gallery) == {}
        record(gallery, axis(0))
    with GalleryFile.open(path, EMBEDDER, clock) as gallery:
        gallery.enrol("Anna", new_references(1))
        assert visits(gallery) == {}


def test_a_visit_that_is_damaged_is_left_out_and_expires_with_the_others(
    gallery: GalleryFile, path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is damaged of it."""
    record(gallery, axis(0))
    record(gallery, axis(1))
    record(gallery, axis(2))
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE encounters SET embedding = zeroblob(768) WHERE id = 1")
        database.execute("UPDATE encounters SET began_at = 'never' WHERE id = 2")
        database.commit()
    assert visits(gallery) == {"Visitor 3": 1}
    assert caplog.text.count("is damaged") == 2
    clock.advance(DAYS + 1)
    gallery.visitors.expire(DAYS)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM encounters").fetchone() == (0,)


def test_a_file_that_cannot_be_changed_is_left_alone_while_nothing_has_to_go(
    path: Path, clock: Clock
) -> None:
    """People are recognised on a disk that is full or read-only; here another process is changing the file."""
    connection = GalleryConnection(path, open_database(path, patience=0.05), EMBEDDER)
    with GalleryFile(connection, clock) as gallery, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert gallery.visitors.forget() == gallery.visitors.expire(DAYS) == 0
        other.execute("ROLLBACK")
        record(gallery, axis(0))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GalleryInUseError, match="nothing was changed here"):
            gallery.visitors.forget()
        assert visits(gallery) == {"Visitor 1": 1}
