"""What the broker and Home Assistant have of people from this node, as a file keeps it over restarts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from device.discovery.former_people import FormerPerson, Place, moved, read_former, written_former
from device.people.person import PERSON_ID


@dataclass(slots=True)
class SavedPeople:
    """What the broker and Home Assistant have from this node, over its restarts, by the ids of people.

    Attributes:
        announced: whose device the broker has.
        told: of whom it has said that they are forgotten.
        left: of whom it has said goodbye, with Home Assistant's births since.
        place: where.
        former: whom the broker may have elsewhere, with the connections in which that was cleared.
    """

    announced: set[str]
    told: set[str]
    left: dict[str, int]
    place: Place
    former: dict[FormerPerson, int]

    @classmethod
    def of(cls, document: Mapping[str, Any], place: Place) -> SavedPeople:
        """Return what a file says, as it is at the place of now; older releases say nothing of places."""

        def ids(key: str) -> set[str]:
            found = document.get(key)
            return (
                {each for each in found if is_person_id(each)} if isinstance(found, list) else set()
            )

        left = document.get("left")
        births = (
            {k: v for k, v in left.items() if is_person_id(k) and isinstance(v, int)}
            if isinstance(left, dict)
            else {}
        )
        former = read_former(document.get("former"))
        saved = cls(ids("announced"), ids("told"), births, place, former)
        saved._leave(Place.read(document.get("as")) or place)
        return saved

    def _leave(self, before: Place) -> None:
        if not before.is_at(self.place):
            new = moved(sorted(self.announced), before)
            self.former = dict.fromkeys(new, 0) | self.former
        if before.base_topic != self.place.base_topic:
            self.told.clear()
        # Back where they were.
        self.announced |= {each.person for each in self.former if each.is_at(self.place)}
        self.former = {k: tries for k, tries in self.former.items() if not k.is_at(self.place)}

    def to_json(self) -> dict[str, Any]:
        """Return it for the file."""
        return {
            "announced": sorted(self.announced),
            "told": sorted(self.told),
            "left": dict(sorted(self.left.items())),
            "as": self.place.model_dump(),
            "former": written_former(self.former),
        }


def is_person_id(found: object) -> bool:
    """Whether something in the file may be a level of a topic."""
    return isinstance(found, str) and re.fullmatch(PERSON_ID, found) is not None
