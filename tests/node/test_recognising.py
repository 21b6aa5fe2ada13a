"""A node that knows people: the newest gallery before each burst, and names that last for a visit."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device.errors import GalleryDamagedError
from device.node.known_people import KnownPeople
from device.node.recognising import RecognisingPerception
from device.node.visitor_log import VisitorLog
from device.observation import Frame
from device.people.gallery_file import GalleryFile
from device.people.identity import Identity, Recognition
from device.people.reader import PEOPLE
from device.perception.pipeline import Judgement, Perceived
from tests.node.gallery_bench import looks
from tests.node.strangers import perceived
from tests.people.faces import LIMITS, identity
from tests.people.references import EMBEDDER, new_references

ADA = identity(Recognition.KNOWN, "Ada", 0.7)
PERHAPS_ADA = identity(Recognition.UNKNOWN, "Ada", 0.4)
STRANGER = identity(Recognition.UNKNOWN, "Ada", 0.1)


class Scene:
    """Perception that says what a test wants."""

    def __init__(self) -> None:
        self.identities: Sequence[Identity] = [ADA]
        self.size = 100.0
        self.hidden: Recognition | None = None

    def perceive(self, *_: object) -> Perceived:
        """Return a face for each identity."""
        seen = zip(self.identities, looks(len(self.identities)), strict=True)
        return perceived(*seen, size=self.size, hidden=self.hidden)

    def reconsider(self, seen: Perceived, _judgement: Judgement) -> Perceived:
        """Decide again as at first: the visit is not part of what was measured."""
        return replace(self.perceive(), timings=seen.timings)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the gallery is."""
    return tmp_path / PEOPLE


@pytest.fixture
def days() -> int:
    """For how many days visitors are kept."""
    return 0


@pytest.fixture
def known(path: Path, days: int) -> Iterator[KnownPeople]:
    """Who the node knows."""
    people = KnownPeople(lambda: GalleryFile.open(path, EMBEDDER), VisitorLog(days, LIMITS))
    yield people
    people.close()


@pytest.fixture
def scene() -> Scene:
    """What is before the camera."""
    return Scene()


@pytest.fixture
def perception(scene: Scene, known: KnownPeople) -> RecognisingPerception:
    """What a node perceives with."""
    return RecognisingPerception(scene.perceive, scene.reconsider, known)


def seen_at(perception: RecognisingPerception, moment: float) -> Perceived:
    """Return what a burst at a moment shows."""
    frame = Frame(np.zeros((1, 1, 3), np.uint8), monotonic=moment)
    return perception.perceive([frame], Judgement(), (), lambda: False)


def result(seen: Perceived) -> Recognition:
    """Return what is said of the first face."""
    identity = seen.faces[0].fact(Identity)
    assert identity is not None
    return identity.result


def test_the_newest_gallery_is_taken_up_before_a_burst(
    path: Path, perception: RecognisingPerception, known: KnownPeople
) -> None:
    """Whoever changed it, also another process."""
    seen_at(perception, 0)
    assert not known.gallery.people
    with GalleryFile.open(path, EMBEDDER) as command:
        command.enrol("Ada", new_references(2))
    seen_at(perception, 1)
    assert [person.name for person in known.gallery.people] == ["Ada"]


def test_a_name_is_kept_within_a_visit(scene: Scene, perception: RecognisingPerception) -> None:
    """Though the face alone would be unknown."""
    seen_at(perception, 0)
    scene.identities = [PERHAPS_ADA]
    assert result(seen_at(perception, 60)) is Recognition.KNOWN


def test_deciding_again_does_not_count_as_another_capture(
    scene: Scene, perception: RecognisingPerception
) -> None:
    """However often the owner moves the slider, the stranger was seen once."""
    scene.identities = [STRANGER]
    seen = seen_at(perception, 0)
    for _ in range(3):
        seen = perception.reconsider(seen, Judgement())
        assert result(seen) is Recognition.UNSURE
    assert result(seen_at(perception, 5)) is Recognition.UNKNOWN


def test_privacy_ends_the_visit_and_lets_go_of_everybody(
    path: Path, scene: Scene, perception: RecognisingPerception, known: KnownPeople
) -> None:
    """No embedding stays in memory."""
    with GalleryFile.open(path, EMBEDDER) as command:
        command.enrol("Ada", new_references(2))
    seen_at(perception, 0)
    perception.forget()
    assert not len(known.gallery.embeddings)
    scene.identities = [PERHAPS_ADA]
    assert result(seen_at(perception, 5)) is Recognition.UNSURE


def test_a_damaged_gallery_ends_recognition_and_nothing_else(
    path: Path,
    perception: RecognisingPerception,
    known: KnownPeople,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The owner learns it once, and it is over when the file is mended."""
    path.write_bytes(b"not a gallery" * 100)
    with pytest.raises(GalleryDamagedError):
        GalleryFile.open(path, EMBEDDER)
    with caplog.at_level(logging.ERROR):
        for moment in (0, 1):
            assert seen_at(perception, moment).faces
    assert known.fault is not None
    assert "people.db" in known.fault
    assert len(caplog.records) == 1
    path.unlink()
    seen_at(perception, 2)
    assert known.fault is None


def visits(path: Path, known: KnownPeople) -> int:
    """Return how many visits are kept, once what was seen is written down."""
    known.keep_strangers()
    with GalleryFile.open(path, EMBEDDER) as gallery:
        return len(gallery.visitors.encounters())


@pytest.mark.parametrize("days", [0, 7])
def test_a_stranger_is_kept_as_a_visitor_if_the_owner_wants_that(
    path: Path, scene: Scene, perception: RecognisingPerception, known: KnownPeople, days: int
) -> None:
    """Once it is certain that it is one: in the second capture; deciding again is no capture."""
    scene.identities = [STRANGER]
    seen = seen_at(perception, 0)
    assert visits(path, known) == 0
    seen_at(perception, 5)
    assert visits(path, known) == (1 if days else 0)
    perception.reconsider(seen, Judgement())
    assert visits(path, known) == (1 if days else 0)


@pytest.mark.parametrize("days", [7])
@pytest.mark.parametrize("result", sorted(set(Recognition) - {Recognition.UNKNOWN}))
def test_nobody_else_is_kept(
    path: Path,
    scene: Scene,
    perception: RecognisingPerception,
    known: KnownPeople,
    result: Recognition,
) -> None:
    """Neither who is known nor who is not seen well enough to be called unknown."""
    scene.identities = [identity(result, "Ada", 0.4, frames=5)] * 2
    for moment in range(3):
        seen_at(perception, moment)
        assert visits(path, known) == 0


@pytest.mark.parametrize("days", [7])
@pytest.mark.parametrize(("size", "hidden"), [(79.0, None), (100.0, Recognition.TURNED_AWAY)])
def test_a_face_that_enrolment_would_not_take_is_not_kept(
    path: Path,
    scene: Scene,
    perception: RecognisingPerception,
    known: KnownPeople,
    size: float,
    hidden: Recognition | None,
) -> None:
    """It could not become a reference."""
    scene.identities = [identity(Recognition.UNKNOWN, "Ada", 0.1, frames=5)]
    scene.size, scene.hidden = size, hidden
    seen_at(perception, 0)
    assert visits(path, known) == 0
    scene.size, scene.hidden = 80.0, None
    seen_at(perception, 1)
    assert visits(path, known) == 1
