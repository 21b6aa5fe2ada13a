"""The answers that a network can give; the table has an entity or an option for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from device.networks.card import NO_FACIAL_HAIR, UNNAMED_FACIAL_HAIR, ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a network can answer.

    Attributes:
        labels: its attributes, in the order of its outputs.
        unreliable: those for which no threshold reaches the promised precision.
        hair_colors: the values of Face.hair_color.
        facial_hair: the values of Face.facial_hair, as concluded from the attributes.
        tells_facial_hair: whether it answers the questions of FacialHair as well.
    """

    labels: tuple[str, ...]
    unreliable: frozenset[str] = frozenset()
    hair_colors: tuple[str, ...] = ("black", "blond", "brown", "gray", "bald")
    facial_hair: tuple[str, ...] = ("none", "stubble", "mustache", "goatee", "beard")
    tells_facial_hair: bool = True

    @classmethod
    def of(cls, card: ModelCard) -> Self:
        """Return the vocabulary of a network."""
        groups = card.groups
        styles = (NO_FACIAL_HAIR, *groups.facial_hair.values(), UNNAMED_FACIAL_HAIR)
        return cls(
            labels=card.names,
            unreliable=card.unreliable,
            hair_colors=tuple(dict.fromkeys(groups.hair_color.values())),
            facial_hair=tuple(dict.fromkeys(styles)),
            tells_facial_hair=card.facial_hair is not None,
        )
