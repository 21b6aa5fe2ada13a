"""What is wrong in a configuration, one fault at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from device.errors import FacetError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands: ("camera", "width"), or ("attributes", "enabled", 0)."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to correct.

    Attributes:
        file: as it was given.
        line: counted from 1; 0 when it is about the file as a whole.
        path: the setting, for instance "camera.width"; empty when there is none to name.
        message: what was found, what is allowed, what to do.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        """Return the fault as compilers print theirs, so that editors can jump to it."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.message) if part)


class ConfigError(FacetError, ValueError):
    """The configuration cannot be used; str() has one line for each fault.

    Attributes:
        faults: in the order of the lines; never empty.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: "attributes.enabled[0]"."""
    parts = (f"[{key}]" if isinstance(key, int) else f".{printable(key)}" for key in path)
    return "".join(parts).removeprefix(".")


def printable(text: str, limit: int = 60) -> str:
    """Return text on one line that every terminal can show, shortened to limit characters."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in text[: limit + 1]
    )
    return shown if len(text) <= limit else f"{shown[:limit]}…"
