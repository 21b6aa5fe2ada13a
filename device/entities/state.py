"""What an observation means for Home Assistant: the state document and the event. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from device.entities.kinds import OFF, ON, Document, Entity, EventType
from device.observation import Observation, Reason

_UNAVAILABLE = frozenset({Reason.CAMERA_UNAVAILABLE, Reason.PRIVACY})


def event_type(observation: Observation) -> EventType:
    """Return which kind of event an observation is."""
    match observation.reason:
        case None:
            return EventType.FACE
        case Reason.NO_FACE:
            return EventType.NO_FACE
        case Reason.CAMERA_UNAVAILABLE | Reason.PRIVACY:
            return EventType.UNAVAILABLE
        case _:
            return EventType.REFUSED


def event_document(observation: Observation, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return the event of an observation: the observation's own JSON and its type.

    Args:
        observation: what was seen.
        hidden: attributes that the owner disabled; they leave the node in no way.
    """
    document = observation.to_json()
    for face in document["faces"]:
        face["attributes"] = {k: v for k, v in face["attributes"].items() if k not in hidden}
    return {"event_type": event_type(observation).value, **document}


def blank_state(
    table: Iterable[Entity], previous: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a state document with every key of the table: as in previous, or null (unknown).

    Args:
        table: the node's entities.
        previous: a state document, perhaps of an older table.
    """
    keys = [row.key for row in table if row.document is Document.STATE]
    return {key: (previous or {}).get(key) for key in keys}


def state_document(
    observation: Observation,
    ready_at: datetime,
    table: Iterable[Entity],
    previous: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what Home Assistant should show after an observation.

    Attributes, hair color and facial hair are the primary face's. No face: the attributes are off.
    A face that cannot be judged: they are unknown. No picture: all but the last result stays as it
    was.

    Args:
        observation: the newest.
        ready_at: when it is complete, in UTC.
        table: the node's entities.
        previous: the state document before.
    """
    rows = [row for row in table if row.document is Document.STATE]
    state = blank_state(rows, previous)
    new = dict(_result(observation, ready_at))
    if observation.reason not in _UNAVAILABLE:
        new |= _seen(observation, rows)
    # A table of another network may lack some of them.
    return state | {key: value for key, value in new.items() if key in state}


def _result(observation: Observation, ready_at: datetime) -> Iterator[tuple[str, Any]]:
    yield "last_result", (observation.reason or EventType.FACE).value
    waited = ready_at - observation.triggered_at
    # Never below zero, even if the clock was set back in between.
    yield "latency", max(round(waited.total_seconds() * 1000), 0)
    if observation.captured_at is not None:
        yield "last_capture", observation.captured_at.isoformat(timespec="milliseconds")


def _seen(observation: Observation, rows: Iterable[Entity]) -> dict[str, Any]:
    face = observation.primary
    seen: dict[str, Any] = {
        "face_present": _on(observation.reason is not Reason.NO_FACE),
        "face_count": observation.face_count,
        "hair_color": face and face.hair_color,
        "facial_hair": face and face.facial_hair,
    }
    for row in rows:
        if row.attribute is not None:
            seen[row.key] = _attribute(observation, row.attribute)
    return seen


def _attribute(observation: Observation, name: str) -> str | None:
    if observation.reason is Reason.NO_FACE:
        return OFF
    face = observation.primary
    if face is None or name not in face.attributes:
        return None
    return _on(face.attributes[name].present)


def _on(value: bool) -> str:  # noqa: FBT001 - the value is the subject
    return ON if value else OFF
