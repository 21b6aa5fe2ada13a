"""What the gallery's file says about itself; each function is a part of the transaction that calls it."""

from __future__ import annotations

import sqlite3

EMBEDDER = "embedder"
"""Of facts: the sha256 of the network that has made the references."""
TRACES = "traces"
"""Of facts: somebody was forgotten, and the file was not rewritten since."""


def read_fact(database: sqlite3.Connection, key: str) -> str | None:
    """Return a fact about the file; None if it is not there."""
    row = database.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def write_fact(database: sqlite3.Connection, key: str, value: str | None) -> None:
    """Set a fact about the file; None deletes it."""
    database.execute("DELETE FROM facts WHERE key = ?", (key,))
    if value is not None:
        database.execute("INSERT INTO facts (key, value) VALUES (?, ?)", (key, value))
