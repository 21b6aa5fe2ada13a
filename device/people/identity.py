"""Who somebody is, as an observation says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import TypedDict

from device.observation import Share


class Recognition(StrEnum):
    """What came of asking who a face belongs to."""

    KNOWN = "known"
    AMBIGUOUS = "ambiguous"
    """Two people are too alike in this burst: both names, and neither is claimed."""
    UNKNOWN = "unknown"
    UNSURE = "unsure"
    """Nobody's name, but not yet enough to call it a stranger."""
    TURNED_AWAY = "turned_away"
    COVERED = "covered"
    """Sunglasses, a mask, a brim, or whatever else hides what a face is recognised by."""


class Flatness(StrEnum):
    """Whether a face moves like a picture of a face. It is never proof of a living one."""

    SUSPECTED = "suspected"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as an observation names them.

    Attributes:
        id: of the gallery; it outlives a new name.
        name: that the owner gave.
    """

    id: str
    name: str


class RecognisedJson(TypedDict):
    """Who a face belongs to, as an observation says it."""

    result: Recognition
    id: str | None
    name: str | None
    candidates: list[str]
    score: float | None
    margin: float | None
    votes: Share
    flat: Flatness


class IdentityJson(TypedDict):
    """What an observation's JSON says of a face by recognition."""

    person: RecognisedJson


@dataclass(frozen=True, slots=True)
class Identity:
    """The fact about who one person of an observation is.

    Attributes:
        result: what came of it.
        people: the one who is known, or the two between whom it is ambiguous; otherwise empty.
        nearest: whoever of the gallery is nearest, whatever the result; None if nobody could be compared.
        score: cosine similarity with the nearest, -1..1; None if there is none.
        margin: score less that of the second nearest; None if there is none.
        votes: share of the burst's frames in which the nearest is that one, 0..1.
        unknown_share: share of the frames in which nobody is near enough, 0..1.
        frames: how many frames show enough of the face to compare it.
        flat: see Flatness.
    """

    result: Recognition
    people: tuple[Named, ...] = ()
    nearest: Named | None = None
    score: float | None = None
    margin: float | None = None
    votes: float = 0.0
    unknown_share: float = 0.0
    frames: int = 0
    flat: Flatness = Flatness.UNKNOWN

    @property
    def person(self) -> Named | None:
        """Whoever is known; None if nobody is."""
        return self.people[0] if self.result is Recognition.KNOWN else None

    def to_json(self) -> IdentityJson:
        """Return the key `person`."""
        return {
            "person": {
                "result": self.result,
                "id": self.person.id if self.person else None,
                "name": self.person.name if self.person else None,
                "candidates": [person.name for person in self.people],
                "score": None if self.score is None else round(self.score, 3),
                "margin": None if self.margin is None else round(self.margin, 3),
                "votes": round(self.votes, 2),
                "flat": self.flat,
            }
        }
