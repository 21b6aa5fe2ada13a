"""Embeddings, ids and times as the gallery's rows have them, and what is found instead when a row is damaged."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from device.people.embedding import Embedding, checksum, decoded
from device.people.person import PERSON_ID


class DamagedRowError(ValueError):
    """A row does not hold what Facet writes there."""


def read_embedding(data: bytes, found: int) -> Embedding:
    """Return the embedding in a row.

    Args:
        data: its bytes.
        found: the row's checksum.

    Raises:
        DamagedRowError: there is none, or it is another one.
    """
    try:
        if checksum(data) != found:
            message = "its checksum differs"
            raise DamagedRowError(message)
        return decoded(data)
    except (ValueError, TypeError) as error:
        raise DamagedRowError(str(error)) from error


def read_id(text: str) -> str:
    """Return the person's id in a row.

    Raises:
        DamagedRowError: there is none.
    """
    if not isinstance(text, str) or not re.fullmatch(PERSON_ID, text):
        message = "a person's id is not 12 hex digits"
        raise DamagedRowError(message)
    return text


def stored_time(moment: datetime) -> str:
    """Return a time as text that sorts as times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """Return the time in a row, in UTC.

    Raises:
        DamagedRowError: there is none.
    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        message = f"a time is none: {error}"
        raise DamagedRowError(message) from error
