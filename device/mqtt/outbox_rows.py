"""How an event lies in the outbox: a row whose checksum covers everything in it that is sent or acted on. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TypeAlias

from device.mqtt.waiting_event import Event, Uptime

Value: TypeAlias = str | bytes | int | float | None
"""What SQLite keeps in one column of one row."""

RELEASED_COLUMNS = ("event_id", "payload", "occurred_at", "state")
"""After `position`, in the order in which they lie on the disk. An older Facet knows these and no others."""
COLUMNS = (*RELEASED_COLUMNS, "boot_id", "uptime", "is_clock_set", "checksum")
"""All of them. The checksum is the last one: where it is lost, nothing else has moved."""

# 64 bits. A CRC would find a flipped bit as well; but it is blind to some of what happens to whole blocks, and what is
# saved from a damaged file is recognised by nothing else than the checksum.
_CHECKSUM_BYTES = 8


def to_row(event: Event) -> tuple[Value, ...]:
    """Return what the columns of an event hold."""
    uptime = event.uptime
    values: tuple[Value, ...] = (
        event.event_id,
        event.payload,
        event.occurred_at.timestamp(),
        event.state,
        uptime.boot_id if uptime else "",
        uptime.seconds if uptime else 0.0,
        None if event.is_clock_set is None else int(event.is_clock_set),
    )
    return (*values, _checksum(values))


def from_row(values: Sequence[Value]) -> Event | None:
    """Return the event of a row; None if the row is damaged.

    Args:
        values: in the order of COLUMNS. A row of an older Facet has None for all that it does not know; its event is
            believed if it can be sent.
    """
    *content, checksum = values
    match content:
        case [
            str() as event_id,
            str() as payload,
            int() | float() as occurred_at,
            None | str() as state,
            None | str() as boot_id,
            None | int() | float() as uptime,
            None | 0 | 1 as is_clock_set,
        ] if math.isfinite(occurred_at):
            # SQLite writes 3.0 as the integer 3.
            occurred_at, uptime = float(occurred_at), None if uptime is None else float(uptime)
        case _:
            return None
    if boot_id is None or uptime is None:
        is_intact = (boot_id, uptime, is_clock_set, checksum) == (None,) * 4
        is_intact = is_intact and _can_be_sent(event_id, payload, state)
    else:
        stored = (event_id, payload, occurred_at, state, boot_id, uptime, is_clock_set)
        is_intact = checksum == _checksum(stored)
    if not is_intact:
        return None
    try:
        moment = datetime.fromtimestamp(occurred_at, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Event(
        event_id,
        moment,
        payload,
        state,
        Uptime(boot_id, uptime) if boot_id and uptime is not None else None,
        None if is_clock_set is None else bool(is_clock_set),
    )


def _checksum(values: Sequence[Value]) -> bytes:
    # As JSON, for there no two rows look the same: a number keeps all its digits, and a text its end.
    return blake2b(json.dumps(values).encode(), digest_size=_CHECKSUM_BYTES).digest()


def _can_be_sent(event_id: str, payload: str, state: str | None) -> bool:
    try:
        documents = [json.loads(text) for text in (payload, state or "{}")]
    except (ValueError, RecursionError):
        return False
    return all(isinstance(document, dict) for document in documents) and (
        documents[0].get("event_id", event_id) == event_id
    )
