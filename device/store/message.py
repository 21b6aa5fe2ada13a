"""What a broker hands over, made into a row of the table, or into a letter that nobody could read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from device.system.compact_json import compact
from device.system.text import printable
from device.system.validation import dotted

LONGEST = 0x10000
"""Bytes of an observation: ten times what one with eight faces and all attributes has."""

SCHEMA_VERSION = 1
"""Of the documents that are understood. They need not name it: what an event means has never changed."""

# Bytes that are kept of what cannot be stored: enough to see what it was.
_MOST_KEPT = 0x2000
_LONGEST_REASON = 200
# Of UUIDs, and the bits of one that are not the time (RFC 9562, section 5.7).
_UUID_VERSION = 7
_BITS_BEHIND_TIME = 80
# Of a document's own words: names of nodes, triggers, reasons.
_Word = Annotated[str, Field(min_length=1, max_length=200)]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
# PostgreSQL stores no text with this character, not even within JSON.
_NUL = "\\u0000"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the broker.

    Attributes:
        topic: as MQTT writes it.
        payload: at most the first LONGEST bytes and one more, so that a huge one takes no memory.
        tag: by which the broker knows it.
    """

    topic: str
    payload: bytes
    tag: int

    @classmethod
    def cut(cls, topic: str, payload: bytes, tag: int) -> Message:
        """Return a message without what is too long of its payload."""
        return cls(topic, payload[: LONGEST + 1], tag)


@dataclass(frozen=True, slots=True)
class Row:
    """One observation. The names are those of the table's columns; the last three are JSON."""

    event_id: UUID
    made_at: datetime
    base_topic: str
    node: str
    seen_at: datetime
    captured_at: datetime | None
    is_time_uncertain: bool
    waited: float | None
    trigger: str
    result: str
    face_count: int
    faces: str
    left_out: str
    timings: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What cannot be stored, and why. The names are those of the columns."""

    topic: str
    reason: str
    payload: bytes

    @classmethod
    def of(cls, message: Message, reason: str) -> DeadLetter:
        """Return what is kept of a message."""
        payload = message.payload[:_MOST_KEPT]
        return cls(printable(message.topic, 200), printable(reason, _LONGEST_REASON), payload)


class _Event(BaseModel):
    """The keys of docs/observation.md and docs/mqtt.md that are stored; others are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    schema_version: int = SCHEMA_VERSION
    event_id: UUID
    node: _Word
    trigger: _Word
    triggered_at: AwareDatetime
    captured_at: AwareDatetime | None
    reason: _Word | None
    face_count: _Count
    left_out: dict[_Word, _Count]
    faces: list[dict[str, JsonValue]]
    timings: dict[_Word, float]
    occurred_at: AwareDatetime | None = None
    time_uncertain: bool = False
    waited: float | None = None


def read(message: Message) -> Row | DeadLetter:
    """Return what becomes of a message; nothing that a broker can deliver raises an error."""
    if len(message.payload) > LONGEST:
        return DeadLetter.of(message, f"longer than {LONGEST} bytes")
    place = message.topic.split("/")
    try:
        event = _Event.model_validate_json(message.payload)
        if event.schema_version != SCHEMA_VERSION:
            return DeadLetter.of(message, f"schema version {event.schema_version} is not known")
        # The broker's access list says who may write on a topic; it does not read what is in the message.
        if place[-2:-1] != [event.node]:
            return DeadLetter.of(message, "it is another node's than its topic")
        row = _row(event, "/".join(place[:-2]))
    except ValidationError as error:
        return DeadLetter.of(message, _why(error))
    except (ValueError, OverflowError, RecursionError) as error:
        return DeadLetter.of(message, f"a value cannot be stored ({type(error).__name__})")
    if any(_NUL in text for text in (row.faces, row.left_out, row.timings)) or any(
        "\0" in text for text in (row.trigger, row.result, row.base_topic, row.node)
    ):
        return DeadLetter.of(message, "a text has the character NUL")
    return row


def _row(event: _Event, base_topic: str) -> Row:
    return Row(
        event_id=event.event_id,
        made_at=_made_at(event.event_id),
        base_topic=base_topic,
        node=event.node,
        seen_at=event.occurred_at or event.triggered_at,
        captured_at=event.captured_at,
        is_time_uncertain=event.time_uncertain,
        waited=event.waited,
        trigger=event.trigger,
        result=event.reason or "face",
        face_count=event.face_count,
        faces=compact(event.faces),
        left_out=compact(event.left_out),
        timings=compact(event.timings),
    )


def _made_at(event_id: UUID) -> datetime:
    """Return the time that a UUID has in it: the same whenever and however often the event is sent."""
    if event_id.version != _UUID_VERSION:
        message = "not a UUID of version 7"
        raise ValueError(message)
    return datetime.fromtimestamp((event_id.int >> _BITS_BEHIND_TIME) / 1000, UTC)


def _why(error: ValidationError) -> str:
    """Name the first fault, but no value: a dead letter's reason is shown in more places than its content."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = dotted(first["loc"])
    return f"{place}: {first['type']}" if place else str(first["type"])
