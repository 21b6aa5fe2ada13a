"""A choice of somebody who has gone: the next press is meant for nobody, and not for whoever was chosen before."""

from __future__ import annotations

import pytest

from device.entities.requests import (
    Forget,
    NameVisitor,
    PeopleRequest,
    Rename,
    SelectPerson,
    SelectVisitor,
    TypeName,
)
from device.entities.roster import RosterReason
from tests.node.test_people_desk import ANNA, BERT, ONE, TWO, Panel


@pytest.fixture
def panel() -> Panel:
    """A node that knows Anna and Bert, and to which two came who are unknown."""
    panel = Panel()
    panel.know(ANNA, BERT, visitors=(ONE, TWO))
    return panel


@pytest.mark.parametrize("request_", [Rename(), Forget()])
def test_a_choice_of_somebody_who_has_gone_leaves_the_earlier_one_alone(
    panel: Panel, request_: PeopleRequest
) -> None:
    """A page or a dashboard may still show who has gone: nobody else is renamed or forgotten in their place."""
    panel.ask(TypeName("Hanna"), SelectPerson("Anna"), SelectPerson("Nobody"))
    assert panel.shown == ["Hanna", None]
    panel.ask(request_)
    panel.clock.seconds += 5
    panel.ask(request_)
    assert panel.reasons == [RosterReason.NOBODY_CHOSEN] * 2
    assert not panel.tasks


def test_a_choice_of_a_visitor_who_has_gone_leaves_the_earlier_one_alone(panel: Panel) -> None:
    """Nobody else gets the name."""
    panel.ask(TypeName("Clara"), SelectVisitor("Visitor 1"), SelectVisitor("Visitor 3"))
    assert panel.visitors == [2, None]
    panel.ask(NameVisitor())
    assert panel.reasons == [RosterReason.NOBODY_CHOSEN]
    assert not panel.tasks
