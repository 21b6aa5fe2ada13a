"""Pydantic's errors as text, for documents whose lines do not matter; config/explain.py names lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from device.system.text import printable

Location: TypeAlias = tuple[int | str, ...]
"""The keys and numbers that lead to a value of a document."""

# Characters. A path and a message may repeat a key of the document, which may be of any length.
_LONGEST_PATH = 60
_LONGEST_MESSAGE = 160


def dotted(location: Location) -> str:
    """Return a location as a path: "steps.2.recipe"."""
    return ".".join(map(str, location))


def describe(
    error: ValidationError, limit: int = 3, place: Callable[[Location], str] = dotted
) -> str:
    """Return what is wrong as one printable line: "width: Field required; fps: ...; and 4 more".

    The values that were found are not shown: they may be secret, damaged or of any length.

    Args:
        error: of any model.
        limit: how many errors are described; the rest is counted.
        place: names a location for the reader; empty for the document as a whole.
    """
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [_describe_one(details, place) for details in found[:limit]]
    if len(found) > limit:
        shown.append(f"and {len(found) - limit} more")
    return "; ".join(shown)


def _describe_one(details: ErrorDetails, place: Callable[[Location], str]) -> str:
    path = printable(place(details["loc"]), _LONGEST_PATH)
    message = printable(details["msg"], _LONGEST_MESSAGE)
    return f"{path}: {message}" if path else message
