"""What is wrong with a file: the configuration, or what is kept across restarts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.errors.facet import FacetError


class StoreError(FacetError):
    """A file that keeps something across restarts cannot be read or written.

    Attributes:
        path: the file.
        found: what is wrong with it.
        readable: what of its content is certainly what was written; empty if nothing is.
    """

    def __init__(self, path: Path, found: str, readable: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{path}: {found}")
        self.path = path
        self.found = found
        self.readable = readable or {}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to correct in a file, as ConfigError lists them.

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

    Args:
        faults: at least one, in any order.

    Attributes:
        faults: in the order of the lines.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))
