"""People whom one node enrols, renames or forgets are so on all nodes that have the key."""

from __future__ import annotations

from tests.node.sharing_home import TOPICS, Home, SharingNode, enrol, someone


def test_who_is_enrolled_on_one_node_is_known_on_the_other(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """With all references, to the last bit, and one message each way at most."""
    anna = enrol(home, hall, "Anna", 1)
    assert door.content() == hall.content()
    assert door.names() == {"Anna": 4}
    assert hall.published == [TOPICS.sealed(anna.id)]
    assert not door.published, "what comes is not sent back"


def test_a_rename_reaches_all_and_an_older_message_does_not_undo_it(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """Whoever can write to the broker can publish an older message again; the nodes replace it."""
    anna = enrol(home, hall, "Anna", 1)
    older = home.retained[TOPICS.sealed(anna.id)]
    with door.open() as gallery:
        gallery.rename(anna.id, "Ann")
    home.settle()
    assert hall.names() == door.names() == {"Ann": 4}
    home.publish(TOPICS.sealed(anna.id), older)
    home.settle()
    assert hall.names() == door.names() == {"Ann": 4}
    assert home.retained[TOPICS.sealed(anna.id)] != older
    assert home.node("late").names() == {"Ann": 4}


def test_whoever_is_forgotten_on_one_node_is_on_all_and_stays_so(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """Also for a node that was off meanwhile and still knows them, and if the older message comes again."""
    third = home.node("third")
    anna = enrol(home, hall, "Anna", 1)
    enrol(home, hall, "Bert", 2)
    older = home.retained[TOPICS.sealed(anna.id)]
    third.disconnect()
    home.clock.seconds += 60
    with door.open() as gallery:
        gallery.forget(anna.id)
    home.settle()
    assert hall.names() == door.names() == {"Bert": 4}
    assert third.names() == {"Anna": 4, "Bert": 4}
    assert len(home.retained[TOPICS.sealed(anna.id)]) < 500, "a tombstone"
    third.published.clear()
    third.connect()
    home.settle()
    assert third.names() == {"Bert": 4}
    assert not third.published, "nothing stale"
    home.publish(TOPICS.sealed(anna.id), older)
    home.settle()
    assert hall.names() == door.names() == third.names() == {"Bert": 4}
    assert len(home.retained[TOPICS.sealed(anna.id)]) < 500


def test_an_older_message_is_replaced_however_often_it_comes_again_but_not_at_once(
    home: Home, hall: SharingNode
) -> None:
    """Whoever sends many of them does not make the node send as many."""
    anna = enrol(home, hall, "Anna", 1)
    older = home.retained[TOPICS.sealed(anna.id)]
    with hall.open() as gallery:
        gallery.forget(anna.id)
    home.settle()
    for _ in range(3):
        hall.published.clear()
        for _ in range(5):
            home.publish(TOPICS.sealed(anna.id), older)
            home.settle()
        assert len(hall.published) <= 2
        home.clock.seconds += 30
        home.settle()
        assert len(home.retained[TOPICS.sealed(anna.id)]) < 500


def test_forgetting_while_the_broker_is_away_takes_effect_later(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """Nobody is brought back by what the broker still keeps."""
    anna = enrol(home, hall, "Anna", 1)
    hall.disconnect()
    with hall.open() as gallery:
        gallery.forget(anna.id)
    home.settle()
    hall.connect()
    home.settle()
    assert hall.names() == door.names() == {}


def test_setting_aside_restoring_and_merging_reach_the_other_node_without_a_fault(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """The references of whoever is merged into somebody else become that person's."""
    anna = enrol(home, hall, "Anna", 1)
    same = enrol(home, hall, "Anne", 7)
    with hall.open() as gallery:
        reference = gallery.references(anna.id)[0].id
        gallery.set_aside(reference)
    home.settle()
    assert door.names() == {"Anna": 3, "Anne": 4}
    with hall.open() as gallery:
        gallery.restore(reference)
    home.settle()
    assert door.names() == {"Anna": 4, "Anne": 4}
    with hall.open() as gallery:
        gallery.merge(anna.id, same.id)
    home.settle()
    assert door.names() == {"Anna": 8}
    assert door.content() == hall.content()
    assert door.sharing.fault is None


def test_somebody_who_is_brought_back_on_one_node_is_back_on_all(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """That is the newer decision."""
    anna = enrol(home, hall, "Anna", 1)
    with hall.open() as gallery:
        export = gallery.export_people()
        gallery.forget(anna.id)
    home.settle()
    assert door.names() == {}
    with hall.open() as gallery:
        gallery.import_people(export, may_bring_back=True)
    home.settle()
    assert hall.names() == door.names() == {"Anna": 4}


def test_a_whole_gallery_is_published_one_person_after_the_other(home: Home) -> None:
    """And the largest person fits into what a node takes."""
    hall = home.node("hall", online=False)
    with hall.open() as gallery:
        for number in range(12):
            gallery.enrol(f"Person {number}", someone(number, 2))
        everything = gallery.enrol("Anna", someone(100, 20))
        for _ in range(14):
            gallery.set_aside(gallery.references(everything.id)[0].id)
            gallery.add(everything.id, someone(100, 20, first=40))
    hall.connect()
    home.settle()
    assert len(hall.published) == 13
    assert max(map(len, home.retained.values())) < 60_000
    late = home.node("late")
    assert late.content() == hall.content()
    assert not late.published


def test_a_gallery_that_cannot_be_read_leaves_what_comes_waiting(
    home: Home, hall: SharingNode, door: SharingNode
) -> None:
    """Until it can."""
    good = hall.path.rename(hall.path.with_suffix(".good"))
    hall.path.write_bytes(b"x" * 5000)
    enrol(home, door, "Anna", 1)
    assert hall.known.fault is not None
    assert hall.sharing.due is None
    good.rename(hall.path)
    home.settle()
    assert hall.names() == {"Anna": 4}
