"""What the programs of a test wrote last: the report of a failure shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# Of each log: a few dozen records.
_MOST_CHARACTERS = 8000
_NAMES = ("*.log", "log")


def ends_of_logs(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the end of each log in a folder, and in those within, under a title."""
    for file in sorted({found for name in _NAMES for found in folder.rglob(name)}):
        if file.is_file():
            yield f"the end of {file.relative_to(folder)}", end_of(file.read_text(errors="replace"))


def end_of(log: str) -> str:
    """Return the last lines of a log."""
    return log[-_MOST_CHARACTERS:]
