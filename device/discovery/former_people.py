"""People under topics of before: what the broker keeps of them when the base topic or the discovery prefix changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device.config.sections.fields import Topic
from device.discovery.person import person_farewell
from device.mqtt.topics import Topics
from device.people.person import PERSON_ID
from device.system.compact_json import compact

_PersonId: TypeAlias = Annotated[str, Field(pattern=rf"^{PERSON_ID}$")]


class Place(BaseModel):
    """Where people are announced.

    Attributes:
        base_topic: of all nodes.
        discovery_prefix: Home Assistant's.
        is_shared: whether this node also publishes them sealed.
    """

    # From a file of which nobody knows who wrote it.
    model_config = ConfigDict(frozen=True, strict=True)

    base_topic: Topic
    discovery_prefix: Topic
    is_shared: bool = False

    @classmethod
    def of(cls, topics: Topics, *, is_shared: bool) -> Place:
        """Return the place of some topics."""
        return cls(
            base_topic=topics.base, discovery_prefix=topics.discovery_prefix, is_shared=is_shared
        )

    @classmethod
    def read(cls, document: object) -> Place | None:
        """Return a place as it stands in the file; None if it is none."""
        try:
            return cls.model_validate(document)
        except ValidationError:
            return None

    def is_at(self, other: Place) -> bool:
        """Whether the topics are the same."""
        return (self.base_topic, self.discovery_prefix) == (
            other.base_topic,
            other.discovery_prefix,
        )


class FormerPerson(Place):
    """Somebody whom the broker has under other topics than those of now.

    Attributes:
        person: the id.
    """

    person: _PersonId

    def messages(self, now: Topics) -> Iterator[tuple[str, str]]:
        """Yield the retained messages that clear what is not at a topic of now; the device first."""
        former = Topics(self.base_topic, now.node, self.discovery_prefix)
        if self.discovery_prefix != now.discovery_prefix:
            yield former.person_discovery(self.person), compact(person_farewell(self.person))
            yield former.person_discovery(self.person), ""
        if self.base_topic != now.base:
            yield former.person(self.person), ""
            if self.is_shared:
                yield former.sealed(self.person), ""


def moved(people: Iterable[str], place: Place) -> list[FormerPerson]:
    """Return people as those of a place that is left."""
    return [FormerPerson(**place.model_dump(), person=person) for person in people]


def read_former(document: object) -> dict[FormerPerson, int]:
    """Return who is to be cleared, with the connections in which that was tried; the file may hold anything."""
    found: dict[FormerPerson, int] = {}
    for entry in document if isinstance(document, list) else ():
        try:
            someone = FormerPerson.model_validate(entry)
        except ValidationError:
            continue
        tries = entry.get("tries") if isinstance(entry, Mapping) else None
        found[someone] = tries if isinstance(tries, int) else 0
    return found


def written_former(former: Mapping[FormerPerson, int]) -> list[dict[str, Any]]:
    """Return the same for the file."""
    return [someone.model_dump() | {"tries": tries} for someone, tries in former.items()]
