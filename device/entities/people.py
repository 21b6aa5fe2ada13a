"""The rows that say who was seen."""

from __future__ import annotations

from enum import StrEnum

from typing_extensions import TypedDict

from device.entities.documents import RECOGNISED, STATE
from device.entities.kinds import Event, Row, Sensor
from device.entities.outcome import Outcome
from device.entities.requirements import PEOPLE
from device.observation import Face, Observation, Source
from device.people.identity import Identity, RecognisedJson, Recognition


class PersonEvent(StrEnum):
    """The event types of recognition."""

    PERSON_RECOGNISED = "person_recognised"
    UNKNOWN_PERSON = "unknown_person"


class NamedJson(TypedDict):
    """Somebody who is enrolled."""

    id: str
    name: str


class RecognisedPeopleJson(TypedDict):
    """Who of an observation is enrolled; `person` is the first of them."""

    event_id: str
    trigger: Source
    person: str | None
    people: list[NamedJson]


_EVENTS = {
    Recognition.KNOWN: PersonEvent.PERSON_RECOGNISED,
    Recognition.UNKNOWN: PersonEvent.UNKNOWN_PERSON,
}


def _identity(face: Face | None) -> Identity | None:
    return None if face is None else face.fact(Identity)


def _identities(observation: Observation) -> list[Identity]:
    return [each for each in map(_identity, observation.faces) if each is not None]


def _name(outcome: Outcome) -> str | None:
    """Return the primary face's name, or that it is nobody's; None where neither is certain."""
    identity = _identity(outcome.face)
    if identity is None:
        return None
    if identity.result is Recognition.UNKNOWN:
        return PersonEvent.UNKNOWN_PERSON.value
    return identity.person.name if identity.person else None


def _explained(outcome: Outcome) -> RecognisedJson | None:
    identity = _identity(outcome.face)
    return None if identity is None else identity.to_json()["person"]


def _happened(observation: Observation) -> tuple[str, ...]:
    results = {identity.result for identity in _identities(observation)}
    return tuple(event.value for result, event in _EVENTS.items() if result in results)


def _described(observation: Observation) -> RecognisedPeopleJson:
    people = [identity.person for identity in _identities(observation) if identity.person]
    return {
        "event_id": observation.event_id,
        "trigger": observation.trigger,
        "person": people[0].name if people else None,
        "people": [{"id": person.id, "name": person.name} for person in people],
    }


PERSONS: tuple[Row, ...] = (
    Sensor(
        document=STATE,
        key="person",
        name="Person",
        meaning="Whose face the primary face is; unknown_person for a stranger, unknown if that is not certain.",
        icon="mdi:account-check-outline",
        is_essential=True,
        needs_camera=True,
        requires=PEOPLE,
        read=_name,
        explain=_explained,
    ),
    Event(
        document=RECOGNISED,
        key="recognised",
        name="Recognised",
        meaning=(
            "Fires at once when somebody who is enrolled, or somebody unknown, is seen. It never fires later, even if "
            "the broker was away."
        ),
        icon="mdi:account-eye-outline",
        is_essential=True,
        requires=PEOPLE,
        types=tuple(PersonEvent),
        read=_happened,
        describe=_described,
    ),
)
