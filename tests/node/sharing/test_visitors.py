"""A node that keeps unknown visitors shares nothing of them, and loses those whom other nodes know or forget."""

from __future__ import annotations

import pytest

from device.people.embedding import digest, encoded
from device.people.enrolled import name_visitor
from device.people.person import NewReference
from device.people.sealing import SealingKey
from tests.node.gallery_bench import LIMITS
from tests.node.sharing_home import TOPICS, Home, SharingNode, someone
from tests.people.traces import traces


@pytest.fixture
def hall(home: Home) -> SharingNode:
    """A node that keeps unknown visitors."""
    return home.node("hall", visitors_days=7)


def see(node: SharingNode, *strangers: NewReference) -> None:
    """Let a node see unknown faces in one capture."""
    node.known.saw(strangers)
    node.known.keep_strangers()
    node.known.refresh()


def visitors(node: SharingNode) -> list[str]:
    """Whom a node keeps as unknown visitors."""
    node.known.refresh()
    return [visitor.label for visitor in node.known.visitors]


def test_nothing_of_a_visitor_is_published(home: Home, hall: SharingNode) -> None:
    """Neither with whoever is enrolled already nor with whoever is enrolled later."""
    stranger = someone(9, 1)
    with hall.open() as gallery:
        anna = gallery.enrol("Anna", someone(1))
    home.settle()
    before = dict(home.retained)
    see(hall, *stranger)
    home.settle()
    assert home.retained == before
    assert hall.published == [TOPICS.sealed(anna.id)], "a visitor is no reason to say it again"
    with hall.open() as gallery:
        bert = gallery.enrol("Bert", someone(2))
    home.settle()
    assert visitors(hall) == ["Visitor 1"]
    assert home.retained.keys() == {TOPICS.sealed(anna.id), TOPICS.sealed(bert.id)}
    key = SealingKey.derive(home.key, "facet")
    for person, own in ((anna, someone(1)), (bert, someone(2))):
        document = key.unseal(home.retained[TOPICS.sealed(person.id)], person.id)
        (entry,) = document.people
        digests = {digest(encoded(reference.embedding)) for reference in own}
        assert {each.digest for each in entry.references} == digests


def test_a_visitor_whom_another_node_enrols_is_unknown_no_more(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """Nobody else goes."""
    annas = someone(1, 5)
    see(hall, annas[4], *someone(9, 1))
    assert visitors(hall) == ["Visitor 1", "Visitor 2"]
    with door.open() as gallery:
        gallery.enrol("Anna", annas[:4])
    home.settle()
    assert hall.names() == {"Anna": 4}
    assert visitors(hall) == ["Visitor 2"]
    assert traces(home.folder, [annas[4]]) == 0


def test_a_visitor_who_gets_a_name_is_known_to_the_other_nodes(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """By what the visits show, and as somebody who is enrolled."""
    see(hall, *someone(9, 1))
    with hall.open() as gallery:
        name_visitor(gallery, gallery.snapshot(), 1, "Carla", LIMITS)
    home.settle()
    assert door.names() == {"Carla": 1}
    assert door.content() == hall.content()
    assert visitors(hall) == []


def test_whoever_another_node_forgets_takes_the_visitors_along(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """For one of them may be that person, whom the references were too unlike; no byte of them stays."""
    stranger = someone(9, 1)
    with door.open() as gallery:
        anna = gallery.enrol("Anna", someone(1))
    home.settle()
    see(hall, *stranger)
    assert visitors(hall) == ["Visitor 1"]
    with door.open() as gallery:
        gallery.forget(anna.id)
    home.settle()
    assert hall.names() == {}
    assert visitors(hall) == []
    assert traces(home.folder, [*someone(1), *stranger]) == 0
