"""The rows with which people are enrolled, renamed and forgotten from Home Assistant."""

from __future__ import annotations

from collections.abc import Mapping

from device.entities.documents import ENROLMENT, ROSTER
from device.entities.kinds import TEXT, Button, Category, Event, Json, Row
from device.entities.requests import Enrol, Forget, Rename, SelectPerson, TypeName
from device.entities.requirements import PEOPLE
from device.entities.roster import RosterEvent, RosterEventType
from device.entities.roster_kinds import Choice, Text
from device.people.names import LONGEST_NAME


def _described(event: RosterEvent) -> Mapping[str, Json]:
    return {
        "event_id": event.event_id,
        "name": event.name,
        TEXT: event.text,
        "reason": None if event.reason is None else event.reason.value,
        "references": event.references,
        "pictures": [
            {
                "taken": refusal is None,
                "reason": None if refusal is None else refusal.flaw.value,
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
        meaning="The name with which *Enrol* enrols somebody, *Rename* renames, and *Name this visitor* names.",
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
            "Takes eight pictures of whoever stands before the camera, who is then recognised under *Name*; to "
            "somebody of this name it adds what helps."
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
        meaning="Who is enrolled on this node; choose whom *Rename* and *Forget* concern. Nobody is chosen afterwards.",
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
        meaning="Gives whoever is chosen in *Known person* the name in *Name*.",
        icon="mdi:account-edit-outline",
        category=Category.CONFIG,
        requires=PEOPLE,
        press=Rename(),
    ),
    Button(
        key="forget",
        name="Forget",
        meaning=(
            "Forgets whoever is chosen in *Known person*, for good: pressed twice, the second time one to ten seconds "
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
            "Fires for what comes of *Enrol*, *Rename*, *Name this visitor* and *Forget*: its attribute `text` says it "
            "in words, and `pictures` why a picture was not taken."
        ),
        icon="mdi:account-voice",
        requires=PEOPLE,
        types=tuple(RosterEventType),
        read=lambda event: (event.kind.value,),
        describe=_described,
    ),
)
