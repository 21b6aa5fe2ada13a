"""What a face shows, in the words that people read: tables and pictures have the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from device.entities.attributes import attribute_name
from device.entities.observation import FACIAL_HAIR_ROW, HAIR_COLOR_ROW
from device.entities.table import offered
from device.entities.words import LAST_RESULT, LEFT_OUT
from device.networks.card import Groups, ModelCard
from device.observation import FaceAttributes, LeftOut, Reason

HAIR_COLOR, FACIAL_HAIR = HAIR_COLOR_ROW.name, FACIAL_HAIR_ROW.name
NOT_OFFERED = "matters of opinion, or unreliable"
"""The heading of what is only shown on request."""

_UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Reading:
    """Which of a network's answers people read, each once.

    Attributes:
        offered: the labels that a node shows from the start.
        others: further labels, which are shown apart.
        groups: say which labels a conclusion says already.
    """

    offered: Collection[str]
    others: Collection[str]
    groups: Groups

    @classmethod
    def of(cls, card: ModelCard, *, everything: bool = False) -> Self:
        """Return what is read of a network's answers.

        Args:
            card: the network's.
            everything: also the attributes that are not offered.
        """
        shown = frozenset(offered(card.names, card.unreliable))
        return cls(shown, frozenset(card.names) - shown if everything else frozenset(), card.groups)

    def attributes(self, fact: FaceAttributes) -> list[tuple[str, float]]:
        """Return name and probability of the offered attributes that are present, the most probable first."""
        return self._present(fact, self.offered)

    def not_offered(self, fact: FaceAttributes) -> list[tuple[str, float]]:
        """Return the same of the others."""
        return self._present(fact, self.others)

    def absent(self, fact: FaceAttributes) -> list[str]:
        """Return the names of the offered attributes that are not present, as the network orders them.

        Without those that a conclusion excludes: whose hair is brown has no other color.
        """
        groups = self.groups
        said = {groups.no_facial_hair}  # "not: no beard" is for nobody to read
        said.update(groups.hair_color if fact.hair_color is not None else ())
        said.update(groups.facial_hair if fact.facial_hair is not None else ())
        return [
            attribute_name(label)
            for label, attribute in fact.attributes.items()
            if label in self.offered and label not in said and not attribute.present
        ]

    def _present(self, fact: FaceAttributes, labels: Collection[str]) -> list[tuple[str, float]]:
        said = self.groups.said_by(fact.hair_color, fact.facial_hair)
        present = [
            (attribute_name(label), attribute.probability)
            for label, attribute in fact.attributes.items()
            if attribute.present and label in labels and label not in said
        ]
        return sorted(present, key=lambda row: -row[1])


def _words(value: str | None, words: Mapping[str, str]) -> str:
    return _UNKNOWN if value is None else words.get(value, value)


def hair_color(fact: FaceAttributes) -> str:
    """Return the color of the hair in words."""
    return _words(fact.hair_color, HAIR_COLOR_ROW.words)


def facial_hair(style: str | None) -> str:
    """Return Face.facial_hair in words."""
    return _words(style, FACIAL_HAIR_ROW.words)


def result(reason: Reason | None, judged: int, seen: int, left_out: Mapping[LeftOut, int]) -> str:
    """Return what became of an observation: how many faces were judged, and why the others were not.

    Args:
        reason: why none is usable; None if one is.
        judged: how many faces were.
        seen: how many there were.
        left_out: how many were not judged, by the reason.
    """
    text = f"{judged} of {seen} faces judged"
    if reason is not None:
        text = f"{LAST_RESULT[reason]} ({seen} faces seen)"
    others = [f"{n} {LEFT_OUT[why]}" for why, n in left_out.items() if why.value != reason]
    return "; ".join(filter(None, (text, ", ".join(others))))
