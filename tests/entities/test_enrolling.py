"""The rows with which people are enrolled, renamed and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from device.discovery.payload import discovery_payload
from device.entities.commands import read_command
from device.entities.documents import ENROLMENT, ROSTER, content, happened
from device.entities.enrolling import ENROLLING
from device.entities.kinds import Category, Event
from device.entities.requests import Enrol, Forget, Rename, Request, SelectPerson, TypeName
from device.entities.roster import Roster, RosterEvent, RosterEventType, RosterReason
from device.entities.table import CELEBA, entities
from device.errors import CommandError
from device.mqtt.topics import Topics
from device.people.hygiene import Flaw, Refusal
from device.people.person import Person
from device.system.machine import Machine
from tests.entities.rows import configured

THEN = datetime(2026, 11, 24, tzinfo=UTC)
ANNA = Person("a" * 12, "Anna", THEN, THEN)


def test_a_node_that_recognises_nobody_has_no_row_for_people() -> None:
    """The default; and one that does has all of them."""
    keys = {row.key for row in ENROLLING}
    without = {row.key for row in entities(configured(), CELEBA)}
    assert not keys & without
    assert keys <= {row.key for row in entities(configured(people={"enabled": True}), CELEBA)}


def test_what_changes_who_is_known_is_configuration() -> None:
    """Home Assistant leaves it out when it acts on a whole area."""
    controls = [row for row in ENROLLING if not isinstance(row, Event)]
    assert {row.category for row in controls} == {Category.CONFIG}
    assert all(row.is_enabled_by_default for row in ENROLLING)


@pytest.mark.parametrize(
    ("key", "payload", "request_"),
    [
        ("person_name", "Änne", TypeName("Änne")),
        ("person_name", "", TypeName("")),
        ("person_name", "n" * 40, TypeName("n" * 40)),
        ("selected_person", "Anna", SelectPerson("Anna")),
        ("enrol", "PRESS", Enrol()),
        ("rename", "PRESS", Rename()),
        ("forget", "PRESS", Forget()),
    ],
)
def test_each_row_asks_for_its_request(key: str, payload: str, request_: Request) -> None:
    """No dispatch knows its key."""
    assert read_command(ENROLLING, key, payload.encode()) == request_


@pytest.mark.parametrize("payload", [b"n" * 41, b"\xff", b"n" * 4000])
def test_a_text_that_is_too_long_or_none_is_rejected_without_being_logged(payload: bytes) -> None:
    """It may be somebody's name."""
    with pytest.raises(CommandError) as caught:
        read_command(ENROLLING, "person_name", payload)
    assert str(caught.value) == (
        f"set/person_name: {len(payload)} bytes are rejected; allowed: UTF-8 of at most 40 characters"
    )


def test_what_is_typed_and_chosen_is_shown() -> None:
    """An empty text is none; a choice of nobody is unknown."""
    assert content(ROSTER, ENROLLING, Roster()) == {"person_name": "", "selected_person": None}
    shown = content(ROSTER, ENROLLING, Roster((ANNA,), "Bert", ANNA))
    assert shown == {"person_name": "Bert", "selected_person": "Anna"}


def test_an_event_says_what_came_of_a_press_and_why_pictures_were_not_taken() -> None:
    """In words, and for automations."""
    flaw = Refusal(Flaw.TOO_SMALL, "the face is only 20 pixels large")
    event = RosterEvent(
        RosterEventType.REFUSED, "Anna", "none", RosterReason.NOTHING_TAKEN, 0, (None, flaw)
    )
    assert happened(ENROLMENT, ENROLLING, event) == [
        {
            "event_type": "refused",
            "event_id": event.event_id,
            "name": "Anna",
            "text": "none",
            "reason": "nothing_taken",
            "references": 0,
            "pictures": [
                {"taken": True, "reason": None, "explanation": None},
                {"taken": False, "reason": "too_small", "explanation": flaw.explanation},
            ],
        }
    ]


def test_a_text_may_be_empty_in_home_assistant() -> None:
    """The shortest one that it accepts by itself is empty too, but not in every version."""
    config = configured(people={"enabled": True})
    payload = discovery_payload(config.node, Topics.of(config), ENROLLING, Machine())
    text = payload["components"]["person_name"]
    assert (text["platform"], text["min"], text["max"]) == ("text", 0, 40)
    assert payload["components"]["selected_person"]["options"] == []
