"""Unknown visitors of a node, as the commands list, name and forget them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from device.cli.people.place import open_people
from device.config import load
from device.errors import NobodyEnrolledError
from device.networks.recognition_card import read_recognition_card
from device.people.enrolled import Enrolled, name_visitor
from device.people.visitors import Visitor, no_visits, visitor_number, visitors_of
from device.perception.analysers.recognition import limits_of


def kept_visitors(configuration: Path) -> tuple[int, tuple[Visitor, ...]]:
    """Return for how many days visitors are kept, and who is.

    Raises:
        ConfigError: the configuration has faults.
        GalleryError: the gallery cannot be used.
    """
    people = load(configuration).people
    kept: tuple[Visitor, ...] = ()
    with suppress(NobodyEnrolledError), open_people(configuration) as gallery:
        kept = visitors_of(gallery.visitors.encounters())
    return people.visitors_days if people.enabled else 0, kept


def name_kept_visitor(configuration: Path, label: str, name: str) -> Enrolled:
    """Enrol a visitor, or add to the references of who has this name.

    Raises:
        ConfigError: the configuration has faults.
        UnknownVisitorError: no visits of this visitor are kept.
        PeopleError: nobody can have this name, or the gallery cannot be used.
    """
    card = read_recognition_card()
    limits = limits_of(card, load(configuration).people.min_score)
    with open_people(configuration, card.sha256) as gallery:
        return name_visitor(gallery, gallery.snapshot(), visitor_number(label), name, limits)


def forget_kept_visitors(configuration: Path, label: str | None) -> int:
    """Delete a visitor, or all of them, and return how many there were.

    Raises:
        ConfigError: the configuration has faults.
        UnknownVisitorError: no visits of this visitor are kept.
        GalleryError: the gallery cannot be used; nothing was deleted.
    """
    number = None if label is None else visitor_number(label)
    with open_people(configuration) as gallery:
        if number is None:
            count = len(visitors_of(gallery.visitors.encounters()))
            gallery.visitors.forget()
            return count
        if not gallery.visitors.forget([number]):
            raise no_visits(number)
    return 1
