"""The place of a value in the configuration."""

from __future__ import annotations

from typing import TypeAlias

from device.system.redaction import redact_word
from device.system.text import printable

KeyPath: TypeAlias = tuple[str | int, ...]
"""("camera", "width"), or ("attributes", "enabled", 0)."""


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: "attributes.enabled[0]"."""
    parts = (
        f"[{key}]" if isinstance(key, int) else f".{printable(redact_word(key))}" for key in path
    )
    return "".join(parts).removeprefix(".")
