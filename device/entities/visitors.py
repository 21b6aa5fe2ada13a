"""The rows with which unknown visitors of the last days are counted and named."""

from __future__ import annotations

from typing_extensions import TypedDict

from device.entities.documents import ROSTER
from device.entities.kinds import Button, Category, Row, Sensor
from device.entities.requests import NameVisitor, SelectVisitor
from device.entities.requirements import VISITORS as KEPT
from device.entities.roster import Roster
from device.entities.roster_kinds import Choice
from device.people.names import LONGEST_NAME
from device.people.visitors import VisitorJson


class _VisitorsJson(TypedDict):
    visitors: list[VisitorJson]


def _listed(roster: Roster) -> _VisitorsJson:
    return {"visitors": [visitor.to_json() for visitor in roster.visitors or ()]}


VISITORS: tuple[Row, ...] = (
    Sensor(
        document=ROSTER,
        key="unknown_visitors",
        name="Unknown visitors",
        meaning=(
            "How many unknown people came in the last days; its attribute `visitors` says when and how often."
        ),
        icon="mdi:account-question-outline",
        requires=KEPT,
        is_count=True,
        read=lambda roster: None if roster.visitors is None else len(roster.visitors),
        explain=_listed,
    ),
    Choice(
        document=ROSTER,
        key="selected_visitor",
        name="Visitor",
        meaning="The unknown people of the last days: choose one for *Name this visitor*.",
        icon="mdi:account-search-outline",
        category=Category.CONFIG,
        requires=KEPT,
        offer=lambda roster: roster.labels,
        offered="the labels of the visitors",
        longest=LONGEST_NAME,
        read=lambda roster: None if roster.visitor is None else roster.visitor.label,
        ask=SelectVisitor,
    ),
    Button(
        key="name_visitor",
        name="Name this visitor",
        meaning=(
            "Enrols the person in *Visitor* under *Name*, from the stored visits. If somebody of this name is enrolled "
            "already, visits that help are added."
        ),
        icon="mdi:account-check",
        category=Category.CONFIG,
        requires=KEPT,
        press=NameVisitor(),
    ),
)
