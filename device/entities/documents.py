"""The documents that the node publishes, made by loops over the rows of the table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from device.entities.condition import Condition
from device.entities.kinds import (
    EXPLANATIONS,
    AttributeSensor,
    Document,
    Event,
    Json,
    Readable,
    Row,
)
from device.entities.outcome import Outcome
from device.entities.roster import Roster, RosterEvent
from device.entities.settings import Settings
from device.observation import MotionLevel, Observation, Trigger

SubjectT = TypeVar("SubjectT")

STATE: Document[Outcome] = Document("state")
"""The newest observation; retained."""

SETTINGS: Document[Settings] = Document("settings")
"""What can be switched and set; retained."""

DIAGNOSTICS: Document[Condition] = Document("diagnostics")
"""The node's condition; retained."""

MOTION: Document[MotionLevel] = Document("motion")
"""What the motion sensor says; retained."""

ROSTER: Document[Roster] = Document("people")
"""Who of the people who are enrolled is chosen, and what is typed; retained, of a node that recognises people."""

RETAINED: tuple[Document[Any], ...] = (STATE, SETTINGS, DIAGNOSTICS, MOTION, ROSTER)
"""What the broker keeps. It keeps no event, which Home Assistant would fire again at each restart."""

EVENT: Document[Observation] = Document("event")
"""One observation. It is on disk until the broker has it."""

SEEN: Document[Observation] = Document("seen")
"""One attribute of a fresh observation. It is sent at once or not at all."""

RECOGNISED: Document[Observation] = Document("recognised")
"""One person of a fresh observation. It is sent at once or not at all."""

PRESSED: Document[Trigger] = Document("pressed")
"""A press of the button on the node. It is sent at once or not at all."""

ENROLMENT: Document[RosterEvent] = Document("enrolment")
"""What came of enrolling, renaming or forgetting somebody. It is sent at once or not at all."""

EVENTS: tuple[Document[Any], ...] = (EVENT, SEEN, RECOGNISED, PRESSED, ENROLMENT)
"""What is never retained."""


def content(
    document: Document[SubjectT], table: Iterable[Row], subject: SubjectT
) -> dict[str, Json]:
    """Return the content of a document: a value for each of its rows, and the attributes of some of them.

    Args:
        document: SETTINGS, DIAGNOSTICS, MOTION or ROSTER; for STATE see state_content.
        table: the node's rows.
        subject: what the document is made from.
    """
    rows = list(rows_of(document, table))
    explained = {row.key: row.attributes(subject) for row in rows if row.has_attributes}
    return _joined({row.key: row.value(subject) for row in rows}, explained)


def state_content(
    table: Iterable[Row], outcome: Outcome, previous: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Return what Home Assistant should show after an observation.

    Attributes, hair color and facial hair are the primary face's. Without a face the attributes are off; of a face that
    cannot be judged they are unknown. Without a picture what was seen before is over, because it is not about whoever
    is there now.

    Args:
        table: the node's rows.
        outcome: the newest observation.
        previous: the document before.
    """
    rows = tuple(rows_of(STATE, table))
    state = _blank(rows, previous or {})
    if not outcome.is_seen:
        state = _ended(rows, state)
    explained = _explained(state)
    for row in rows:
        value = row.value(outcome)
        # Without a new capture the last one is still the last.
        is_as_before = not outcome.is_seen if row.needs_camera else value is None
        if is_as_before:
            continue
        state[row.key] = value
        if row.has_attributes:
            explained[row.key] = row.attributes(outcome)
    return _joined(state, explained)


def ended_state(table: Iterable[Row], state: Mapping[str, Json]) -> dict[str, Json]:
    """Return a state document once what was seen is over: nobody is there, and nothing is known of anybody.

    While nothing has ever been seen, all of it stays unknown.

    Args:
        table: the node's rows.
        state: the document before.
    """
    return _ended(rows_of(STATE, table), state)


def _ended(table: Iterable[Readable[Outcome]], state: Mapping[str, Json]) -> dict[str, Json]:
    rows = [row for row in table if row.needs_camera]
    if all(state[row.key] is None for row in rows):
        return dict(state)
    explained = _explained(state) | {row.key: {} for row in rows if row.has_attributes}
    return _joined({**state, **{row.key: row.when_ended for row in rows}}, explained)


def blank_state(
    table: Iterable[Row], previous: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Return a state document with every key of the table: as in previous, or null (unknown).

    Args:
        table: the node's rows.
        previous: a state document, perhaps of an older table.
    """
    return _blank(tuple(rows_of(STATE, table)), previous or {})


def _blank(rows: Sequence[Readable[Outcome]], before: Mapping[str, Json]) -> dict[str, Json]:
    explained = _explained(before)
    return _joined(
        {row.key: before.get(row.key) for row in rows},
        {row.key: explained.get(row.key, {}) for row in rows if row.has_attributes},
    )


def hidden_attributes(labels: Iterable[str], table: Iterable[Row]) -> frozenset[str]:
    """Return the attributes that never leave the node: those that are neither offered nor enabled by the owner.

    Args:
        labels: what the attribute network answers.
        table: the node's rows.
    """
    rows = (row for row in table if isinstance(row, AttributeSensor) and row.is_published)
    return frozenset(labels) - {row.attribute for row in rows}


def happened(
    document: Document[SubjectT], table: Iterable[Row], subject: SubjectT
) -> list[dict[str, object]]:
    """Return the content of each event that follows from a subject, one for each type that has happened.

    Args:
        document: one of EVENTS.
        table: the node's rows.
        subject: what the document is made from.
    """
    # As for rows_of: the rows of this name read this subject.
    rows = (
        cast("Event[SubjectT]", row)
        for row in table
        if isinstance(row, Event) and row.document is document
    )
    return [
        {"event_type": kind, **row.describe(subject)} for row in rows for kind in row.read(subject)
    ]


def _explained(document: Mapping[str, Json]) -> dict[str, Json]:
    found = document.get(EXPLANATIONS)
    return dict(found) if isinstance(found, dict) else {}


def _joined(values: dict[str, Json], explained: Mapping[str, Json]) -> dict[str, Json]:
    return values | ({EXPLANATIONS: dict(explained)} if explained else {})


def rows_of(document: Document[SubjectT], table: Iterable[Row]) -> Iterator[Readable[SubjectT]]:
    """Yield the rows whose values a document contains."""
    for row in table:
        if isinstance(row, Readable) and row.document is document and row.is_published:
            # A document has one name and one subject: the rows of this name read this subject.
            yield cast("Readable[SubjectT]", row)
