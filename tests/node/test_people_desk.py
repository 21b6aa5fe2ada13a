"""What Home Assistant's text, choice and buttons for people ask, and what it shows then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from device.entities.kinds import Json
from device.entities.requests import (
    Enrol,
    Forget,
    NameVisitor,
    PeopleRequest,
    Rename,
    SelectPerson,
    SelectVisitor,
    TypeName,
)
from device.entities.roster import Roster, RosterEvent, RosterEventType, RosterReason
from device.entities.table import CATALOGUE
from device.node.gallery_tasks import (
    EnrolPictureTask,
    EnrolTask,
    ForgetTask,
    GalleryTask,
    NameVisitorTask,
    RenameTask,
)
from device.node.gallery_work import GalleryDone, PeopleChanged
from device.node.people_desk import PeopleDesk
from device.people.person import Person, Tombstone
from device.people.visitors import Visitor
from tests.clock import Clock
from tests.node.fakes import PLAIN, RecordingSink

THEN = datetime(2026, 11, 24, tzinfo=UTC)
ANNA = Person("a" * 12, "Anna", THEN, THEN)
BERT = Person("b" * 12, "Bert", THEN, THEN)
ONE, TWO = (Visitor(number, THEN, THEN, 1) for number in (1, 2))


class Panel:
    """A desk, and what it asks and says."""

    def __init__(self, *, is_safe_mode: bool = False) -> None:
        self.clock = Clock()
        self.tasks: list[GalleryTask] = []
        self.events: list[RosterEvent] = []
        self.offered: list[list[str]] = []
        self.sink = RecordingSink()
        self.over = 0
        self.desk = PeopleDesk(
            CATALOGUE,
            None if is_safe_mode else self,
            self.sink,
            self,
            on_somebody_over=self._is_over,
            clock=self.clock,
        )
        self.desk.begin()

    def work(self, task: GalleryTask) -> None:
        """Take a task."""
        self.tasks.append(task)

    def enrolment(self, event: RosterEvent) -> None:
        """Take what came of a press."""
        self.events.append(event)

    def people(self, roster: Roster, forgotten: Iterable[Tombstone]) -> bool:
        """Take who can be chosen."""
        assert not list(forgotten)
        self.offered.append([*roster.names, *roster.labels])
        return False

    def ask(self, *requests: PeopleRequest) -> None:
        """Ask for one thing after the other."""
        for request in requests:
            self.desk.ask(request)
        self.desk.publish_if_owed()

    def know(self, *people: Person, visitors: tuple[Visitor, ...] = ()) -> None:
        """Let these be the people who are enrolled, and who came and was unknown."""
        self.desk.take(PeopleChanged(people, (), visitors))
        self.desk.publish_if_owed()

    def finish(self, kind: RosterEventType = RosterEventType.ENROLLED) -> None:
        """Let the capture thread have done its task."""
        self.desk.take(GalleryDone(RosterEvent(kind, "Anna", "done")))
        self.desk.publish_if_owed()

    def _is_over(self) -> None:
        self.over += 1

    @property
    def shown(self) -> list[Json]:
        """What is typed, and who is chosen."""
        document = self.sink.newest("people")
        return [document["person_name"], document["selected_person"]]

    @property
    def visitors(self) -> list[Json]:
        """How many came, and who of them is chosen."""
        document = self.sink.newest("people")
        return [document["unknown_visitors"], document["selected_visitor"]]

    @property
    def reasons(self) -> list[RosterReason | None]:
        """Of the events."""
        return [event.reason for event in self.events]


@pytest.fixture
def panel() -> Panel:
    """A node that knows Anna and Bert."""
    panel = Panel()
    panel.know(ANNA, BERT)
    return panel


def test_a_name_and_a_press_enrol(panel: Panel) -> None:
    """The name stays until somebody has it."""
    panel.ask(TypeName(" Clara "), Enrol())
    assert panel.tasks == [EnrolTask("Clara")]
    assert [event.kind for event in panel.events] == [RosterEventType.STARTED]
    assert panel.shown == [" Clara ", None]
    panel.finish()
    assert panel.shown == ["", None]
    assert panel.events[-1].text == "done"


@pytest.mark.parametrize("name", ["", "   "])
def test_without_a_name_nobody_is_enrolled(panel: Panel, name: str) -> None:
    """The camera is not asked."""
    panel.ask(TypeName(name), Enrol())
    assert panel.reasons == [RosterReason.NO_NAME]
    assert not panel.tasks


def test_in_privacy_nobody_is_enrolled_and_that_is_said(panel: Panel) -> None:
    """Not even begun."""
    panel.desk.apply(PLAIN.__class__(True, False, "off", 0.0, 0.0))  # noqa: FBT003
    panel.ask(TypeName("Clara"), Enrol())
    assert panel.reasons == [RosterReason.PRIVACY]
    assert not panel.tasks


def test_in_safe_mode_nothing_is_done_and_that_is_said() -> None:
    """Camera and gallery are left alone."""
    panel = Panel(is_safe_mode=True)
    panel.ask(TypeName("Clara"), Enrol())
    assert panel.reasons == [RosterReason.SAFE_MODE]


def test_one_task_is_done_at_a_time(panel: Panel) -> None:
    """A second press during an enrolment changes nothing."""
    panel.ask(TypeName("Clara"), Enrol(), Enrol(), SelectPerson("Anna"), Rename())
    assert panel.tasks == [EnrolTask("Clara")]
    assert panel.reasons[1:] == [RosterReason.BUSY, RosterReason.BUSY]
    panel.finish()
    panel.ask(TypeName("Dora"), Enrol())
    assert panel.tasks[1:] == [EnrolTask("Dora")]


def test_whoever_is_chosen_is_renamed(panel: Panel) -> None:
    """With the name in the text field; nobody is chosen afterwards."""
    panel.ask(SelectPerson("Anna"), Rename())
    assert panel.reasons == [RosterReason.NO_NAME]
    panel.ask(TypeName("Hanna"), Rename())
    assert panel.tasks == [RenameTask(ANNA, "Hanna")]
    assert panel.shown == ["Hanna", "Anna"]
    panel.finish(RosterEventType.RENAMED)
    assert panel.shown == ["", None]


@pytest.mark.parametrize("request_", [Rename(), Forget()])
def test_without_a_choice_nobody_is_renamed_or_forgotten(
    panel: Panel, request_: PeopleRequest
) -> None:
    """Nor with one that does not exist."""
    panel.ask(TypeName("Hanna"), SelectPerson("Nobody"), request_)
    assert panel.reasons == [RosterReason.NOBODY_CHOSEN]
    assert panel.shown == ["Hanna", None]
    assert not panel.tasks


def test_two_presses_forget(panel: Panel) -> None:
    """The first one says what the second one does."""
    panel.ask(SelectPerson("Bert"), Forget())
    assert not panel.tasks
    assert panel.events[0].kind is RosterEventType.CONFIRM
    assert "forget Bert for good" in panel.events[0].text
    panel.clock.seconds += 5
    panel.ask(Forget())
    assert panel.tasks == [ForgetTask(BERT)]


def test_a_double_click_and_a_press_that_comes_twice_are_one_press(panel: Panel) -> None:
    """Only the first counts, and a later one confirms it."""
    panel.ask(SelectPerson("Bert"), Forget(), Forget())
    panel.clock.seconds += 0.9
    panel.ask(Forget())
    assert not panel.tasks
    assert len(panel.events) == 1
    panel.clock.seconds += 0.2
    panel.ask(Forget())
    assert panel.tasks == [ForgetTask(BERT)]


def test_a_second_press_that_is_late_or_for_somebody_else_is_a_first_one(panel: Panel) -> None:
    """Nobody is forgotten by a press of yesterday, or instead of another person."""
    panel.ask(SelectPerson("Bert"), Forget())
    panel.clock.seconds += 10.1
    panel.ask(Forget())
    panel.clock.seconds += 5
    panel.ask(SelectPerson("Anna"), Forget())
    assert [event.kind for event in panel.events] == [RosterEventType.CONFIRM] * 3
    assert not panel.tasks


def test_nobody_is_chosen_any_more_before_the_names_change(panel: Panel) -> None:
    """Home Assistant refuses a choice that is not among the options."""
    panel.ask(SelectPerson("Bert"))
    before = len(panel.sink.documents)
    panel.know(ANNA)
    assert panel.sink.documents[before][1]["selected_person"] is None
    assert panel.offered == [["Anna", "Bert"], ["Anna"]]


def test_what_was_seen_is_over_when_somebody_is_forgotten_or_renamed_but_not_when_enrolled(
    panel: Panel,
) -> None:
    """A name that holds no more is not shown."""
    assert panel.over == 0
    panel.know(ANNA, Person(BERT.id, "Bertram", THEN, THEN))
    panel.know(ANNA)
    assert panel.over == 2


def test_a_visitor_is_chosen_and_gets_the_name_that_is_typed(panel: Panel) -> None:
    """Also in privacy: the camera is not needed. Afterwards nobody is chosen."""
    panel.know(ANNA, visitors=(ONE, TWO))
    assert panel.visitors == [2, None]
    panel.ask(NameVisitor(), SelectVisitor("Visitor 3"), NameVisitor())
    panel.ask(SelectVisitor("Visitor 2"), NameVisitor())
    assert panel.reasons == [
        RosterReason.NOBODY_CHOSEN,
        RosterReason.NOBODY_CHOSEN,
        RosterReason.NO_NAME,
    ]
    panel.desk.apply(PLAIN.__class__(True, False, "off", 0.0, 0.0))  # noqa: FBT003
    panel.ask(TypeName("Clara"), NameVisitor())
    assert panel.tasks == [NameVisitorTask(TWO, "Clara")]
    assert panel.visitors == [2, "Visitor 2"]
    panel.finish()
    assert (panel.shown, panel.visitors) == (["", None], [2, None])


def test_a_visitor_who_comes_again_stays_chosen_and_one_who_has_gone_does_not(
    panel: Panel,
) -> None:
    """Home Assistant refuses a choice that is not among the options; what is named are the newest visits."""
    panel.know(ANNA, visitors=(ONE, TWO))
    panel.ask(SelectVisitor("Visitor 2"), TypeName("Clara"))
    again = Visitor(2, THEN, THEN, 2)
    panel.know(ANNA, visitors=(ONE, again))
    panel.ask(NameVisitor())
    assert panel.tasks == [NameVisitorTask(again, "Clara")]
    before = len(panel.sink.documents)
    panel.know(ANNA, visitors=(ONE,))
    assert panel.sink.documents[before][1]["selected_visitor"] is None
    assert panel.offered[-2:] == [["Anna", "Visitor 1", "Visitor 2"], ["Anna", "Visitor 1"]]
    assert panel.visitors == [1, None]


def test_no_name_is_logged(panel: Panel, caplog: pytest.LogCaptureFixture) -> None:
    """A log is sent to others."""
    with caplog.at_level("INFO"):
        panel.ask(TypeName("Hanna"), SelectPerson("Anna"), Rename(), Forget(), Enrol())
        panel.finish()
    assert caplog.messages
    assert "nna" not in caplog.text


def test_a_picture_that_somebody_sends_enrols_whom_it_shows(panel: Panel) -> None:
    """As a task like any other; a name is needed, and privacy forbids it."""
    image = np.zeros((4, 4, 3), np.uint8)
    panel.desk.take(EnrolPictureTask(" Clara ", image))
    (task,) = panel.tasks
    assert isinstance(task, EnrolPictureTask)
    assert (task.name, task.image is image) == ("Clara", True)
    panel.desk.take(EnrolPictureTask("Dora", image))
    panel.finish()
    panel.desk.take(EnrolPictureTask("  ", image))
    panel.desk.apply(replace(PLAIN, privacy=True))
    panel.desk.take(EnrolPictureTask("Dora", image))
    assert len(panel.tasks) == 1
    refused = [RosterReason.BUSY, None, RosterReason.NO_NAME, RosterReason.PRIVACY]
    assert panel.reasons == refused
