"""A node says something of a person only if the others do not know it."""

from __future__ import annotations

from device.people.document import PeopleDocument
from device.people.gallery_file import GalleryFile
from device.people.sharing import fingerprint, one_each, says_more
from device.people.thinning import MOST_REFERENCES
from tests.people.conftest import Clock
from tests.people.references import new_references


def _of(gallery: GalleryFile, person: str) -> PeopleDocument:
    return one_each(gallery.export_people())[person]


def test_each_change_says_more_than_what_was_known_and_not_the_other_way_round(
    gallery: GalleryFile, clock: Clock
) -> None:
    """A name, references, setting one aside, forgetting, bringing back."""
    anna = gallery.enrol("Anna", new_references(MOST_REFERENCES)).id
    known = _of(gallery, anna)
    assert says_more(known, None)
    assert not says_more(known, known)
    first = known
    for change in (
        lambda: gallery.rename(anna, "Ann"),
        lambda: gallery.set_aside(gallery.references(anna)[0].id),
        lambda: gallery.restore(gallery.references(anna)[0].id),
        lambda: gallery.add(anna, new_references(5, seed=1)),
        lambda: gallery.forget(anna),
        lambda: gallery.import_people(first, may_bring_back=True),
    ):
        clock.advance()
        change()
        new = _of(gallery, anna)
        assert fingerprint(new) != fingerprint(known)
        assert says_more(new, known)
        assert not says_more(known, new)
        assert not says_more(first, new), "an older message"
        known = new


def test_what_differs_only_in_when_it_was_made_is_the_same(
    gallery: GalleryFile, clock: Clock
) -> None:
    """Or in what others of the gallery have."""
    anna = gallery.enrol("Anna", []).id
    before = _of(gallery, anna)
    clock.advance()
    gallery.enrol("Bert", new_references(1))
    assert fingerprint(_of(gallery, anna)) == fingerprint(before)
    assert not says_more(_of(gallery, anna), before)


def test_whoever_was_forgotten_comes_first(gallery: GalleryFile) -> None:
    """So that the references of somebody who was merged do not look like those of two people."""
    kept = gallery.enrol("Anna", new_references(2)).id
    dropped = gallery.enrol("Anne", new_references(2, seed=1)).id
    gallery.merge(kept, dropped)
    assert list(one_each(gallery.export_people())) == [dropped, kept]
