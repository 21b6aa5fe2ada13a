"""References that a person had and that went as redundant: remembered by a digest, so that joining brings none back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

MOST_DROPPED = 200
"""Of one person that are remembered; the newest. They come eight at a time, with an enrolment that is one too many."""


def select_dropped(database: sqlite3.Connection, person: str) -> list[str]:
    """Return the digests of what a person had, the oldest first."""
    rows = database.execute(
        "SELECT digest FROM dropped_references WHERE person = ? ORDER BY number", (person,)
    )
    return [str(digest) for (digest,) in rows]


def insert_dropped(database: sqlite3.Connection, person: str, digests: Iterable[str]) -> None:
    """Remember that references went; of too many the oldest are no longer remembered."""
    database.executemany(
        "INSERT INTO dropped_references (person, digest) VALUES (?, ?) "
        "ON CONFLICT (person, digest) DO NOTHING",
        [(person, digest) for digest in digests],
    )
    database.execute(
        "DELETE FROM dropped_references WHERE person = :person AND number NOT IN "
        "(SELECT number FROM dropped_references WHERE person = :person ORDER BY number DESC LIMIT :most)",
        {"person": person, "most": MOST_DROPPED},
    )


def delete_dropped(database: sqlite3.Connection, person: str, digest: str) -> None:
    """Let a reference that went be one again."""
    database.execute(
        "DELETE FROM dropped_references WHERE person = ? AND digest = ?", (person, digest)
    )
