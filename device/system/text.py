"""Text from outside, made safe for one line of a terminal."""

from __future__ import annotations


def printable(text: str, limit: int = 60) -> str:
    """Return text on one line that every terminal can show, shortened to limit characters."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in text[: limit + 1]
    )
    return shown if len(text) <= limit else f"{shown[:limit]}…"
