"""The rows with which people are enrolled, renamed and forgotten from Home Assistant."""

from __future__ import annotations

from typing_extensions import TypedDict

from device.entities.documents import ENROLMENT, ROSTER
from device.entities.kinds import Button, Category, Event, Row
from device.entities.requests import Enrol, Forget, Rename, SelectPerson, TypeName
from device.entities.requirements import PEOPLE
from device.entities.roster import RosterEvent, RosterEventType, RosterReason
from device.entities.roster_kinds import Choice, Text
from device.observation import Count
from device.people.hygiene import Flaw
from device.people.names import LONGEST_NAME


class PictureJson(TypedDict):
    """What came of one picture of an enrolment, and why it was not taken if it was not."""

    taken: bool
    reason: Flaw | None
    explanation: str | None


class EnrolmentJson(TypedDict):
    """What came of one press; `text` says it in words."""

    event_id: str
    name: str
    text: str
    reason: RosterReason | None
    references: Count
    pictures: list[PictureJson]


def _described(event: RosterEvent) -> EnrolmentJson:
    return {
        "event_id": event.event_id,
        "name": event.name,
        "text": event.text,
        "reason": event.reason,
        "references": event.references,
        "pictures": [
            {
                "taken": refusal is None,
                "reason": None if refusal is None else refusal.flaw,
                "explanation": None if refusal is None else refusal.explanation,
            }
            for refusal in event.pictures
        ],
    }


ENROLLING: tuple[Row, ...] = (
    Text(
        document=ROSTER,
        key="person_name",
        name="Name",
        meaning="The name for the next *Enrol*, *Rename* or *Name this visitor*.",
        icon="mdi:form-textbox",
        category=Category.CONFIG,
        requires=PEOPLE,
        longest=LONGEST_NAME,
        read=lambda roster: roster.name,
        ask=TypeName,
    ),
    Button(
        key="enrol",
        name="Enrol",
        meaning=(
            "Takes eight pictures of the person in front of the camera, who is then recognised under *Name*. If "
            "somebody of this name is enrolled already, pictures that help are added."
        ),
        icon="mdi:account-plus-outline",
        category=Category.CONFIG,
        needs_camera=True,
        requires=PEOPLE,
        press=Enrol(),
    ),
    Choice(
        document=ROSTER,
        key="selected_person",
        name="Known person",
        meaning="Who is enrolled on this node: choose a person for *Rename* or *Forget*. Afterwards nobody is chosen.",
        icon="mdi:account-details-outline",
        category=Category.CONFIG,
        requires=PEOPLE,
        offer=lambda roster: roster.names,
        offered="the names of the people",
        longest=LONGEST_NAME,
        read=lambda roster: None if roster.selected is None else roster.selected.name,
        ask=SelectPerson,
    ),
    Button(
        key="rename",
        name="Rename",
        meaning="Gives the person in *Known person* the name in *Name*.",
        icon="mdi:account-edit-outline",
        category=Category.CONFIG,
        requires=PEOPLE,
        press=Rename(),
    ),
    Button(
        key="forget",
        name="Forget",
        meaning=(
            "Forgets the person in *Known person* forever, if it is pressed twice, the second time one to ten seconds "
            "after the first."
        ),
        icon="mdi:account-remove-outline",
        category=Category.CONFIG,
        requires=PEOPLE,
        press=Forget(),
    ),
    Event(
        document=ENROLMENT,
        key="enrolment",
        name="Enrolment",
        meaning=(
            "Fires with the result of *Enrol*, *Rename*, *Name this visitor* or *Forget*: its attribute `text` says it "
            "in words, and `pictures` why a picture was rejected."
        ),
        icon="mdi:account-voice",
        requires=PEOPLE,
        types=tuple(RosterEventType),
        read=lambda event: (event.kind.value,),
        describe=_described,
    ),
)
