"""People on their way to another gallery, as a document that is joined with what is there."""

from __future__ import annotations

import json

import numpy as np
import pytest

from device.errors import OtherEmbedderError, PeopleError, PersonNameError
from device.people.document import PeopleDocument, parse_document
from device.people.gallery_file import GalleryFile
from device.people.thinning import MOST_REFERENCES
from tests.people.conftest import Clock
from tests.people.references import OTHER_EMBEDDER, new_references


def _sent(document: PeopleDocument) -> PeopleDocument:
    """Return a document as it arrives."""
    return parse_document(json.dumps(document.to_json()), "people.json")


def test_a_gallery_arrives_as_it_was(gallery: GalleryFile, other: GalleryFile) -> None:
    """Ids, names, times, references to the last bit, and which are set aside."""
    gallery.enrol("Anna", new_references(3))
    bert = gallery.enrol("Bért", new_references(2, seed=1))
    gallery.set_aside(gallery.references(bert.id)[0].id)
    imported = other.import_people(_sent(gallery.export_people()))
    assert imported.added == gallery.people() == other.people()
    for person in gallery.people():
        sent, arrived = gallery.references(person.id), other.references(person.id)
        assert [(r.quality, r.added_at, r.is_set_aside) for r in sent] == [
            (r.quality, r.added_at, r.is_set_aside) for r in arrived
        ]
    np.testing.assert_array_equal(gallery.snapshot().embeddings, other.snapshot().embeddings)


def test_the_same_import_again_changes_nothing(gallery: GalleryFile, other: GalleryFile) -> None:
    """So that nodes which keep importing from each other come to rest."""
    anna = gallery.enrol("Anna", new_references(MOST_REFERENCES))
    other.import_people(gallery.export_people())
    other.add(anna.id, new_references(10, seed=1))
    for _ in range(2):
        gallery.import_people(other.export_people())
        other.import_people(gallery.export_people())
    assert not gallery.import_people(other.export_people()).is_anything_changed
    assert not other.import_people(gallery.export_people()).is_anything_changed


def test_one_person_is_exported_alone(gallery: GalleryFile, other: GalleryFile) -> None:
    """Or, once forgotten, the tombstone."""
    anna = gallery.enrol("Anna", new_references(3))
    bert = gallery.enrol("Bert", new_references(3, seed=1))
    document = gallery.export_people(anna.id)
    assert [entry.name for entry in document.people] == ["Anna"]
    assert document.tombstones == ()
    other.import_people(document)
    gallery.forget(anna.id)
    gallery.forget(bert.id)
    document = gallery.export_people(anna.id)
    assert document.people == ()
    assert [entry.id for entry in document.tombstones] == [anna.id]
    assert [person.name for person in other.import_people(document).forgotten] == ["Anna"]
    with pytest.raises(PeopleError, match="nobody is enrolled under the id 0123"):
        gallery.export_people("0123")


def test_references_are_joined_and_thinned(gallery: GalleryFile, other: GalleryFile) -> None:
    """The most diverse of both, whichever side joins first; what went is not brought back by the other side."""
    anna = gallery.enrol("Anna", new_references(15))
    other.import_people(gallery.export_people())
    other.add(anna.id, new_references(5, seed=1))
    gallery.add(anna.id, new_references(4, seed=2))
    before = other.export_people()
    changed = gallery.import_people(before).changed
    assert [person.id for person in changed] == [anna.id]
    assert len(gallery.references(anna.id)) == MOST_REFERENCES
    other.import_people(gallery.export_people())
    assert _numbers(other, anna.id) == _numbers(gallery, anna.id)
    assert not gallery.import_people(before).is_anything_changed


def _numbers(gallery: GalleryFile, person: str) -> set[bytes]:
    return {each.embedding.tobytes() for each in gallery.references(person)}


def test_what_was_done_last_about_setting_a_reference_aside_counts(
    gallery: GalleryFile, other: GalleryFile
) -> None:
    """An older export undoes neither that nor the restoring after it."""
    anna = gallery.enrol("Anna", new_references(2))
    first = gallery.export_people()
    other.import_people(first)
    gallery.set_aside(gallery.references(anna.id)[0].id)
    aside = gallery.export_people()
    assert other.import_people(aside).changed == (anna,)
    assert not gallery.import_people(first).is_anything_changed
    assert [each.is_set_aside for each in other.references(anna.id)] == [True, False]
    # The clock of this node has stopped, and still its change is the later one.
    other.restore(other.references(anna.id)[0].id)
    assert not other.import_people(aside).is_anything_changed
    gallery.import_people(other.export_people())
    assert [each.is_set_aside for each in gallery.references(anna.id)] == [False, False]


def test_a_node_whose_clock_is_behind_can_rename_and_forget(
    gallery: GalleryFile, other: GalleryFile, clock: Clock
) -> None:
    """A Raspberry Pi has no clock that runs while it is off, and its changes count all the same."""
    clock.advance(days=30)
    anna = gallery.enrol("Anna", new_references(1))
    other.import_people(gallery.export_people())
    clock.advance(days=-30)
    other.rename(anna.id, "Ann")
    gallery.import_people(other.export_people())
    assert [person.name for person in gallery.people()] == ["Ann"]
    other.forget(anna.id)
    assert [person.id for person in gallery.import_people(other.export_people()).forgotten] == [
        anna.id
    ]


def test_the_newer_name_counts(gallery: GalleryFile, other: GalleryFile, clock: Clock) -> None:
    """Whichever gallery it comes from."""
    anna = gallery.enrol("Anna", new_references(1))
    other.import_people(gallery.export_people())
    clock.advance()
    gallery.rename(anna.id, "Ann")
    clock.advance()
    other.rename(anna.id, "Anne")
    assert not other.import_people(gallery.export_people()).is_anything_changed
    (changed,) = gallery.import_people(other.export_people()).changed
    assert changed.name == "Anne"
    assert gallery.people() == other.people()


def test_a_name_that_became_free_can_be_used_by_somebody_new(
    gallery: GalleryFile, other: GalleryFile, clock: Clock
) -> None:
    """Within one import."""
    anna = gallery.enrol("Anna", new_references(1))
    other.import_people(gallery.export_people())
    clock.advance()
    other.rename(anna.id, "Anna senior")
    document = other.export_people()
    other.enrol("Anna", new_references(1, seed=1))
    document = other.export_people().model_copy(
        update={"people": tuple(reversed(other.export_people().people))}
    )
    gallery.import_people(document)
    assert [person.name for person in gallery.people()] == ["Anna senior", "Anna"]


def test_the_name_of_somebody_else_is_an_error(gallery: GalleryFile, other: GalleryFile) -> None:
    """Both nodes know an Anna, and Facet cannot know whether she is the same; nothing was imported."""
    other.enrol("Bert", new_references(1))
    other.enrol("anna", new_references(1, seed=1))
    anna = gallery.enrol("Anna", new_references(1, seed=2))
    with pytest.raises(PersonNameError, match=f"Anna is the name of person {anna.id} already"):
        gallery.import_people(other.export_people())
    assert gallery.people() == (anna,)


def test_whoever_was_forgotten_here_is_not_brought_back(gallery: GalleryFile, clock: Clock) -> None:
    """However often an old export is imported."""
    anna = gallery.enrol("Anna", new_references(3))
    bert = gallery.enrol("Bert", new_references(3, seed=1))
    document = gallery.export_people()
    clock.advance()
    gallery.forget(anna.id)
    imported = gallery.import_people(document)
    assert imported.withheld == (anna,)
    assert not imported.is_anything_changed
    assert gallery.people() == (bert,)


def test_whoever_is_asked_for_is_brought_back_and_stays(
    gallery: GalleryFile, other: GalleryFile, clock: Clock
) -> None:
    """The tombstones that other nodes still have are older than the second enrolment."""
    anna = gallery.enrol("Anna", new_references(3))
    document = gallery.export_people()
    clock.advance()
    gallery.forget(anna.id)
    other.import_people(gallery.export_people())
    clock.advance()
    (added,) = gallery.import_people(document, may_bring_back=True).added
    assert added.id == anna.id
    assert gallery.tombstones() == ()
    assert not gallery.import_people(other.export_people()).is_anything_changed
    assert gallery.people() == (added,)


def test_whoever_was_forgotten_there_is_forgotten_here(
    gallery: GalleryFile, other: GalleryFile, clock: Clock
) -> None:
    """And stays so, also where the person was never known."""
    anna = gallery.enrol("Anna", new_references(3))
    document = gallery.export_people()
    other.import_people(document)
    clock.advance()
    gallery.forget(anna.id)
    (forgotten,) = other.import_people(gallery.export_people()).forgotten
    assert forgotten.id == anna.id
    assert other.people() == ()
    assert other.import_people(document).withheld == (anna,)


def test_the_references_of_another_network_are_not_imported(
    gallery: GalleryFile, other: GalleryFile
) -> None:
    """Neither into a gallery with people, nor by a node with another network into an empty one."""
    other.enrol("Anna", new_references(1))
    document = other.export_people().model_copy(update={"embedder": OTHER_EMBEDDER})
    with pytest.raises(OtherEmbedderError, match="cannot be compared"):
        gallery.import_people(document)
    gallery.enrol("Bert", new_references(1, seed=1))
    with pytest.raises(OtherEmbedderError, match="cannot be compared"):
        gallery.import_people(document)
    assert [person.name for person in gallery.people()] == ["Bert"]
