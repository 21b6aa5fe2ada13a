"""Who is enrolled, and by what a face is recognised."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from device.people.embedding import Embedding

_ID_BYTES = 6
_STEP = timedelta(microseconds=1)
PERSON_ID = rf"[0-9a-f]{{{2 * _ID_BYTES}}}"
"""What an id looks like, as a regular expression."""


def new_person_id() -> str:
    """Return the id of somebody who is enrolled: 12 random hex digits, which say nothing of the name.

    They are a level of MQTT topics and a part of Home Assistant's identifiers.
    """
    return secrets.token_hex(_ID_BYTES)


def later(now: datetime, before: datetime | None) -> datetime:
    """Return the time of a change that follows another one, also where the clock that dated that one was ahead.

    Nodes share what was done last, and a Raspberry Pi has no clock that runs while it is off.
    """
    return now if before is None else max(now, before + _STEP)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is enrolled.

    Attributes:
        id: 12 hex digits; stays the same when the person is renamed.
        name: as names.checked_name() returns it.
        enrolled_at: when, in UTC.
        named_at: when the name was given, in UTC; of two names the newer one counts when galleries are joined.
    """

    id: str
    name: str
    enrolled_at: datetime
    named_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class NewReference:
    """What a person's face gave, on its way into the gallery.

    Attributes:
        embedding: (192,) float32, a unit vector.
        quality: of the face that it was made from, 0..1.
    """

    embedding: Embedding
    quality: float


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What a face is compared with.

    Attributes:
        id: of this reference in this gallery, above zero.
        person: the person's id.
        embedding: (192,) float32, a unit vector.
        quality: of the face that it was made from, 0..1.
        added_at: when, in UTC.
        is_set_aside: whether it is kept and not compared with.
        marked_at: when somebody set it aside or restored it last, in UTC; None if nobody has. When galleries are
            joined, the newer one counts.
    """

    id: int
    person: str
    embedding: Embedding
    quality: float
    added_at: datetime
    is_set_aside: bool
    marked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Somebody who was forgotten: without a name, so that no other gallery brings the person back.

    Attributes:
        id: the person's.
        forgotten_at: when, in UTC.
    """

    id: str
    forgotten_at: datetime
