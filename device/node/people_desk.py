"""Enrolling and forgetting people from Home Assistant: between its entities and the capture thread's gallery."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from device.entities.documents import ROSTER, content
from device.entities.kinds import Row
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
from device.entities.settings import Settings
from device.node.gallery_tasks import (
    EnrolPictureTask,
    EnrolSeenTask,
    EnrolTask,
    ForgetTask,
    GalleryTask,
    NameVisitorTask,
    RenameTask,
)
from device.node.gallery_work import GalleryDone, PeopleChanged
from device.node.roster_events import refused
from device.node.sink import Sink
from device.people.person import Person, Tombstone
from device.people.visitors import Visitor

_LOG = logging.getLogger(__name__)

# Seconds between the two presses of Forget. A double click is one press, and so is a message that comes twice.
_SECOND_PRESS_FROM = 1.0
_SECOND_PRESS_UNTIL = 10.0


class Working(Protocol):
    """What of the capture thread is needed here; see capture.CaptureThread."""

    def work(self, task: GalleryTask) -> None:
        """Ask for work on the gallery."""


class PeoplePublishing(Protocol):
    """What of MQTT is needed here; see mqtt_sink.MqttSink."""

    def enrolment(self, event: RosterEvent) -> None:
        """Publish what came of a press."""

    def people(self, roster: Roster, forgotten: Iterable[Tombstone]) -> bool:
        """Publish who can be chosen; return whether somebody has left since this node announced them."""


class PeopleDesk:
    """Does what the rows of enrolling ask. The loop's thread uses it.

    Nothing that is typed or chosen outlives what it was typed or chosen for: whoever forgets somebody has chosen them
    for that.

    Args:
        table: the node's rows.
        capture: does what the gallery or the camera is needed for; None in safe mode, which needs neither.
        sink: receives what is typed and chosen.
        mqtt: receives the rest.
        on_somebody_over: called when somebody was forgotten or renamed: what was seen of them counts no more.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        table: Iterable[Row],
        capture: Working | None,
        sink: Sink,
        mqtt: PeoplePublishing,
        *,
        on_somebody_over: Callable[[], object],
        clock: Callable[[], float],
    ) -> None:
        self._table = tuple(table)
        self._capture = capture
        self._sink = sink
        self._mqtt = mqtt
        self._on_somebody_over = on_somebody_over
        self._clock = clock
        self._roster = Roster()
        self._is_private = False
        self._is_busy = False
        self._owes_roster = False
        self._first_press: tuple[Person, float] | None = None

    def begin(self) -> None:
        """Publish that nobody is chosen, before anybody is known."""
        self._publish()

    def apply(self, settings: Settings) -> None:
        """Take other settings: in privacy nobody is enrolled. The capture thread ends what has begun, and says so."""
        self._is_private = settings.privacy

    def ask(self, request: PeopleRequest) -> None:
        """Do what Home Assistant asks."""
        # Home Assistant shows what it asked for until the actual value is published.
        self._owes_roster = True
        match request:
            case TypeName(name):
                self._roster = replace(self._roster, name=name)
            case SelectPerson(name):
                self._select(name)
            case Enrol():
                self._enrol()
            case Rename():
                self._rename()
            case Forget():
                self._forget()
            case SelectVisitor(label):
                self._select_visitor(label)
            case NameVisitor():
                self._name_visitor()

    def take(self, report: PeopleChanged | GalleryDone | EnrolPictureTask | EnrolSeenTask) -> None:
        """Take who is enrolled, whoever has changed that, what came of a task, or whom else to enrol."""
        match report:
            case PeopleChanged():
                self._changed(report)
            case GalleryDone(event):
                self._done(event)
            case EnrolPictureTask() | EnrolSeenTask():
                self._enrol_with(replace(report, name=report.name.strip()))

    def _changed(self, change: PeopleChanged) -> None:
        before = self._roster.people
        selected = self._roster.selected if self._roster.selected in change.people else None
        visitor = _newest(self._roster.visitor, change.visitors)
        # Nobody is chosen any more before the names change: Home Assistant refuses a choice that is not an option.
        if (selected, visitor) != (self._roster.selected, self._roster.visitor):
            self._roster = replace(self._roster, selected=selected, visitor=visitor)
            self._publish()
        self._roster = replace(self._roster, people=change.people, visitors=change.visitors)
        has_left = self._mqtt.people(self._roster, change.forgotten)
        if has_left or not set(before) <= set(change.people):
            self._on_somebody_over()
        self._owes_roster = True

    def _done(self, event: RosterEvent) -> None:
        self._is_busy = False
        if event.reason is None:
            self._roster = replace(self._roster, name="", selected=None, visitor=None)
            self._owes_roster = True
        self._say(event)

    def publish_if_owed(self) -> None:
        """Publish what is typed and chosen, if that may have changed; to be called when nothing waits."""
        if self._owes_roster:
            self._publish()

    def _select(self, name: str) -> None:
        found = next((person for person in self._roster.people if person.name == name), None)
        # Without anybody of this name the earlier choice ends too: the next press is not meant for them.
        self._roster = replace(self._roster, selected=found)
        if found is None:
            # Without the name: a log is sent to others.
            _LOG.warning("Nobody is chosen, because nobody has the name that was asked for")

    def _select_visitor(self, label: str) -> None:
        visitors = self._roster.visitors or ()
        found = next((visitor for visitor in visitors if visitor.label == label), None)
        # As for a person.
        self._roster = replace(self._roster, visitor=found)
        if found is None:
            _LOG.warning("No visitor is chosen, because none has the label that was asked for")

    def _enrol(self) -> None:
        name = self._roster.name.strip()
        if not name:
            text = "type a name first, and press again"
            self._say(refused("", RosterReason.NO_NAME, text))
        elif self._is_private:
            text = "privacy is on; switch it off, and press again"
            self._say(refused(name, RosterReason.PRIVACY, text))
        elif self._ask(name, EnrolTask(name)):
            text = "look at the camera, and turn your head a little for ten seconds"
            self._say(RosterEvent(RosterEventType.STARTED, name, text))

    def _enrol_with(self, task: EnrolPictureTask | EnrolSeenTask) -> None:
        if not task.name:
            text = "type a name first, and try again"
            self._say(refused("", RosterReason.NO_NAME, text))
        elif self._is_private:
            text = "privacy is on; switch it off, and try again"
            self._say(refused(task.name, RosterReason.PRIVACY, text))
        else:
            self._ask(task.name, task)

    def _rename(self) -> None:
        person, name = self._roster.selected, self._roster.name.strip()
        if person is None:
            self._say(_nobody_chosen())
        elif not name:
            text = f"type the new name of {person.name} first, and press again"
            self._say(refused(person.name, RosterReason.NO_NAME, text))
        else:
            self._ask(person.name, RenameTask(person, name))

    def _name_visitor(self) -> None:
        visitor, name = self._roster.visitor, self._roster.name.strip()
        if visitor is None:
            text = "choose a visitor first, and press again"
            self._say(refused("", RosterReason.NOBODY_CHOSEN, text))
        elif not name:
            text = f"type the name of {visitor.label} first, and press again"
            self._say(refused(visitor.label, RosterReason.NO_NAME, text))
        else:
            self._ask(name, NameVisitorTask(visitor, name))

    def _forget(self) -> None:
        person, now = self._roster.selected, self._clock()
        if person is None:
            self._say(_nobody_chosen())
            return
        before, self._first_press = self._first_press, (person, now)
        waited = now - before[1] if before is not None and before[0] == person else None
        if waited is not None and waited < _SECOND_PRESS_FROM:
            self._first_press = before
        elif waited is not None and waited <= _SECOND_PRESS_UNTIL:
            self._first_press = None
            self._ask(person.name, ForgetTask(person))
        else:
            text = f"press again within {_SECOND_PRESS_UNTIL:.0f} seconds to forget {person.name} for good"
            self._say(RosterEvent(RosterEventType.CONFIRM, person.name, text))

    def _ask(self, name: str, task: GalleryTask) -> bool:
        """Have the capture thread do a task, unless it cannot; return whether it does."""
        if self._capture is None:
            text = "the node is in safe mode; press Restart first"
            self._say(refused(name, RosterReason.SAFE_MODE, text))
            return False
        if self._is_busy:
            text = "somebody is being enrolled; wait until that is done, and press again"
            self._say(refused(name, RosterReason.BUSY, text))
            return False
        self._is_busy = True
        self._capture.work(task)
        return True

    def _say(self, event: RosterEvent) -> None:
        # Without names: a log is sent to others.
        _LOG.info("Enrolment: %s%s", event.kind, f", {event.reason}" if event.reason else "")
        self._mqtt.enrolment(event)

    def _publish(self) -> None:
        self._owes_roster = False
        document = content(ROSTER, self._table, self._roster)
        if document:
            self._sink.changed(ROSTER, document)


def _nobody_chosen() -> RosterEvent:
    return refused("", RosterReason.NOBODY_CHOSEN, "choose somebody first, and press again")


def _newest(chosen: Visitor | None, visitors: Iterable[Visitor]) -> Visitor | None:
    """Return what is known now of the visitor who is chosen; None if nobody is, or no visit is kept any more."""
    return next((each for each in visitors if chosen and each.number == chosen.number), None)
