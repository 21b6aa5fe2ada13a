"""What the link tells the node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker welcomed the node, and commands arrive; nothing is announced yet."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection ended; the link is already trying again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The broker has the message that publish() gave this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The broker threw away the message that publish() gave this number (only MQTT 5 tells)."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody wrote on a command topic; commands.py says whether it means anything."""

    key: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Birth:
    """Home Assistant has started, and may know nothing of the node."""


@dataclass(frozen=True, slots=True)
class NewestVersion:
    """Somebody said which version of Facet is the newest; commands.py says whether it is one."""

    payload: bytes


LinkEvent: TypeAlias = (
    Connected | Disconnected | Delivered | Refused | Command | Birth | NewestVersion
)
