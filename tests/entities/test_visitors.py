"""The rows with which unknown visitors are counted and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from device.discovery.payload import discovery_payload
from device.entities.commands import read_command
from device.entities.documents import ROSTER, content
from device.entities.requests import NameVisitor, Request, SelectVisitor
from device.entities.roster import Roster
from device.entities.table import CELEBA, entities
from device.entities.visitors import VISITORS
from device.mqtt.topics import Topics
from device.people.visitors import Visitor
from device.system.machine import Machine
from tests.entities.rows import configured

THEN = datetime(2026, 11, 24, tzinfo=UTC)
ONE = Visitor(1, THEN, THEN + timedelta(days=2), 3)


@pytest.mark.parametrize(
    ("people", "is_there"),
    [
        ({}, False),
        ({"enabled": True}, False),
        ({"visitors_days": 7}, False),
        ({"enabled": True, "visitors_days": 7}, True),
    ],
)
def test_a_node_has_the_rows_only_where_its_owner_wants_visitors_kept(
    people: dict[str, object], *, is_there: bool
) -> None:
    """Both settings are off by default."""
    keys = {row.key for row in VISITORS}
    table = {row.key for row in entities(configured(people=people), CELEBA)}
    assert keys & table == (keys if is_there else set())


def test_who_came_is_shown_with_when_and_how_often() -> None:
    """A short label, two times and a number; and who is chosen. It is unknown until the gallery was read."""
    for visitors, count in ((None, None), ((), 0)):
        assert content(ROSTER, VISITORS, Roster(visitors=visitors)) == {
            "unknown_visitors": count,
            "selected_visitor": None,
            "_attributes": {"unknown_visitors": {"visitors": []}},
        }
    shown = content(ROSTER, VISITORS, Roster(visitors=(ONE,), visitor=ONE))
    assert (shown["unknown_visitors"], shown["selected_visitor"]) == (1, "Visitor 1")
    assert shown["_attributes"] == {
        "unknown_visitors": {
            "visitors": [
                {
                    "label": "Visitor 1",
                    "first_seen": "2026-11-24T00:00:00.000+00:00",
                    "last_seen": "2026-11-26T00:00:00.000+00:00",
                    "visits": 3,
                }
            ]
        }
    }


@pytest.mark.parametrize(
    ("key", "payload", "request_"),
    [
        ("selected_visitor", "Visitor 1", SelectVisitor("Visitor 1")),
        ("name_visitor", "PRESS", NameVisitor()),
    ],
)
def test_each_row_asks_for_its_request(key: str, payload: str, request_: Request) -> None:
    """No dispatch knows its key."""
    assert read_command(VISITORS, key, payload.encode()) == request_


def test_home_assistant_gets_the_list_as_attributes_of_the_number() -> None:
    """And a choice without options until somebody came."""
    config = configured(people={"enabled": True, "visitors_days": 7})
    payload = discovery_payload(config.node, Topics.of(config), VISITORS, Machine())
    sensor = payload["components"]["unknown_visitors"]
    assert sensor["json_attributes_topic"] == sensor["state_topic"]
    assert payload["components"]["selected_visitor"]["options"] == []
