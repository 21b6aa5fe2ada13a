"""What Home Assistant can ask of the node, as typed values: no key is compared anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from device.entities.settings import Settings
from device.updates.artifact import Kind


@dataclass(frozen=True, slots=True)
class Capture:
    """Take a burst now."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Start the node again."""


@dataclass(frozen=True, slots=True)
class Install:
    """Install the newest version."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Change:
    """Change a setting.

    Attributes:
        key: of the row, for the log.
        value: the new one, for the log.
        apply: returns the settings with the new value.
    """

    key: str
    value: bool | float | str
    apply: Callable[[Settings], Settings]


@dataclass(frozen=True, slots=True)
class TypeName:
    """Keep a name for whoever is enrolled or renamed next."""

    name: str


@dataclass(frozen=True, slots=True)
class SelectPerson:
    """Choose who is renamed or forgotten, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Enrol:
    """Enrol whoever is before the camera, under the name that is kept."""


@dataclass(frozen=True, slots=True)
class Rename:
    """Give whoever is chosen the name that is kept."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Forget whoever is chosen."""


@dataclass(frozen=True, slots=True)
class SelectVisitor:
    """Choose who gets a name, by label."""

    label: str


@dataclass(frozen=True, slots=True)
class NameVisitor:
    """Enrol the visitor who is chosen, under the name that is kept."""


PeopleRequest: TypeAlias = (
    TypeName | SelectPerson | Enrol | Rename | Forget | SelectVisitor | NameVisitor
)
"""What concerns the people who are enrolled."""

Request: TypeAlias = Capture | Restart | Install | Change | PeopleRequest
