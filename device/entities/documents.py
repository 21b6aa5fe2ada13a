"""The documents that the node publishes, made by loops over the rows of the table. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from device.entities.condition import Condition
from device.entities.kinds import AttributeSensor, Document, Json, Readable, Row
from device.entities.outcome import Outcome, event_type
from device.entities.settings import Settings
from device.observation import Observation

SubjectT = TypeVar("SubjectT")

STATE: Document[Outcome] = Document("state")
"""What the newest observation says; retained."""

SETTINGS: Document[Settings] = Document("settings")
"""What can be switched and set; retained."""

DIAGNOSTICS: Document[Condition] = Document("diagnostics")
"""How the node is; retained."""

EVENT: Document[Observation] = Document("event")
"""One observation; never retained, or Home Assistant would fire it again at each restart."""


def content(
    document: Document[SubjectT], table: Iterable[Row], subject: SubjectT
) -> dict[str, Json]:
    """Return what a document says of its subject: a value for each of its rows.

    Args:
        document: SETTINGS or DIAGNOSTICS; for STATE see state_content.
        table: the node's rows.
        subject: what the document is made from.
    """
    return {row.key: row.value(subject) for row in rows_of(document, table)}


def state_content(
    table: Iterable[Row], outcome: Outcome, previous: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Return what Home Assistant should show after an observation.

    Attributes, hair color and facial hair are the primary face's. Without a face the attributes are off; of a face that
    cannot be judged they are unknown. Without a picture all that needs the camera stays as it was.

    Args:
        table: the node's rows.
        outcome: the newest observation.
        previous: the document before.
    """
    rows = list(rows_of(STATE, table))
    state = blank_state(rows, previous)
    for row in rows:
        value = row.value(outcome)
        # Whoever did not look cannot say that nobody is there; without a new capture the last one is still the last.
        is_as_before = not outcome.is_seen if row.needs_camera else value is None
        if not is_as_before:
            state[row.key] = value
    return state


def blank_state(
    table: Iterable[Row], previous: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Return a state document with every key of the table: as in previous, or null (unknown).

    Args:
        table: the node's rows.
        previous: a state document, perhaps of an older table.
    """
    return {row.key: (previous or {}).get(row.key) for row in rows_of(STATE, table)}


def published_attributes(table: Iterable[Row]) -> frozenset[str]:
    """Return the attributes that leave the node: those that are offered, and those that the owner enabled.

    Args:
        table: the node's rows.
    """
    rows = (row for row in table if isinstance(row, AttributeSensor))
    return frozenset(row.attribute for row in rows if row.is_published)


def event_content(observation: Observation, published: Collection[str]) -> dict[str, Any]:
    """Return the event of an observation: the observation's own JSON and its type.

    Args:
        observation: what was seen.
        published: attributes; others do not leave the node in any way.
    """
    event = observation.to_json()
    for face in event["faces"]:
        face["attributes"] = {k: v for k, v in face["attributes"].items() if k in published}
    return {"event_type": event_type(observation).value, **event}


def rows_of(document: Document[SubjectT], table: Iterable[Row]) -> Iterator[Readable[SubjectT]]:
    """Yield the rows whose values stand in a document."""
    for row in table:
        if isinstance(row, Readable) and row.document is document and row.is_published:
            # A document has one name and one subject: the rows of this name read this subject.
            yield cast("Readable[SubjectT]", row)
