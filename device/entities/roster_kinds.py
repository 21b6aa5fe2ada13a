"""The kinds of row that ask something of the gallery: a text, and a choice whose options come from the gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from device.entities.kinds import Json, Platform, Readable
from device.entities.requests import Request
from device.entities.roster import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Readable[Roster]):
    """Something to type.

    Attributes:
        longest: characters.
        ask: returns what a text asks for.
    """

    platform = Platform.TEXT

    longest: int
    read: Callable[[Roster], str]
    ask: Callable[[str], Request]

    def value(self, subject: Roster) -> Json:
        """Return the text; an empty one is none."""
        return self.read(subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Readable[Roster]):
    """One of those whom the gallery knows, whose names are its options.

    Attributes:
        options: the names, as they are now; the table of a node has none of them.
        offer: returns the names.
        offered: what they are, for the documentation.
        longest: characters of a name.
        ask: returns what a choice asks for.
    """

    platform = Platform.SELECT

    options: tuple[str, ...] = ()
    offer: Callable[[Roster], tuple[str, ...]]
    offered: str
    longest: int
    read: Callable[[Roster], str | None]
    ask: Callable[[str], Request]

    def value(self, subject: Roster) -> Json:
        """Return the name of who is chosen; None when nobody is."""
        return self.read(subject)
