"""Pydantic's errors as text, for documents whose lines do not matter; config/explain.py names lines."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from device.system.text import printable

# Characters. A path and a message may repeat a key of the document, which may be of any length.
_LONGEST_PATH = 60
_LONGEST_MESSAGE = 160


def describe(error: ValidationError, limit: int = 3) -> str:
    """Return what is wrong as one printable line: "width: Field required; fps: ...; and 4 more".

    The values that were found are not shown: they may be secret, damaged or of any length.

    Args:
        error: of any model.
        limit: how many errors are described; the rest is counted.
    """
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [_describe_one(details) for details in found[:limit]]
    if len(found) > limit:
        shown.append(f"and {len(found) - limit} more")
    return "; ".join(shown)


def _describe_one(details: ErrorDetails) -> str:
    path = printable(".".join(map(str, details["loc"])), _LONGEST_PATH)
    message = printable(details["msg"], _LONGEST_MESSAGE)
    return f"{path}: {message}" if path else message
