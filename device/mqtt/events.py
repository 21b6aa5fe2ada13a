"""What the link reports to the node."""

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
    """The broker has the message that publish() gave this number.

    Attributes:
        number: publish()'s.
        is_heard: whether the broker had a subscriber to hand it to; None where it does not say.
    """

    number: int
    is_heard: bool | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The broker threw away the message that publish() gave this number (only MQTT 5 reports it).

    Attributes:
        number: the message's.
        reason: the broker's.
        is_for_now: whether it may take the message a little later.
    """

    number: int
    reason: str
    is_for_now: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A message came on a command topic; entities/commands.py decides whether it is valid."""

    key: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Birth:
    """Home Assistant has started, and may not know the node."""


@dataclass(frozen=True, slots=True)
class LastWill:
    """Home Assistant has stopped, or the broker has lost it."""


@dataclass(frozen=True, slots=True)
class NewestVersion:
    """A message named the newest version of Facet; entities/commands.py decides whether it is valid."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class OwnDiscovery:
    """What the broker had kept as this node's discovery when the link connected; anything."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class PersonForgotten:
    """Some node says when somebody was forgotten, or takes it back; anything.

    Attributes:
        person: the id.
        payload: the time, or nothing.
    """

    person: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class PersonSealed:
    """Some node, perhaps this one, shares somebody; anything.

    Attributes:
        person: the id.
        payload: the sealed message, or nothing.
    """

    person: str
    payload: bytes


LinkEvent: TypeAlias = (
    Connected
    | Disconnected
    | Delivered
    | Refused
    | Command
    | Birth
    | LastWill
    | NewestVersion
    | OwnDiscovery
    | PersonForgotten
    | PersonSealed
)
