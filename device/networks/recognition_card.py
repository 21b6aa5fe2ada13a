"""What the numbers of the recognition network mean: the JSON beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from device.networks.card import Card, InputMeaning, read_card_of
from device.networks.files import ZOO
from device.networks.section import Section

RECOGNITION_NETWORK = ZOO / "recognition.tflite"


class Visible(Section):
    """What a face must show to be compared at all; measured by `python -m model evaluate-people`.

    Attributes:
        max_turn: how far the nose may be from the middle of the eyes, in distances between the eyes.
        min_length: of the network's output before it is brought to the length of one: it is short where the network
            finds little of a face.
        covering: attributes under which dark eyes are covered eyes.
        min_covering: the probability from which on such an attribute counts, 0..1.
        min_eye_brightness: of the eyes, as a share of the cheeks'.
    """

    max_turn: float = Field(gt=0)
    min_length: float = Field(ge=0)
    covering: tuple[str, ...]
    min_covering: float = Field(gt=0, lt=1)
    min_eye_brightness: float = Field(ge=0)


class MatchLimits(Section):
    """What it takes to claim a name; see people.matching.Limits."""

    score: float = Field(gt=0, lt=1)
    margin: float = Field(ge=0, lt=1)
    votes: float = Field(ge=0, le=1)
    growth: float = Field(ge=0, lt=1)
    stranger: float = Field(gt=0, lt=1)


class RecognitionCard(Card):
    """Everything about the recognition network except its weights.

    Attributes:
        flip_average: whether the outputs for the crop and for its mirror image are averaged.
        dimensions: numbers of an embedding.
    """

    format: Literal[1]
    input: InputMeaning
    flip_average: bool
    dimensions: int = Field(gt=0)
    visible: Visible
    match: MatchLimits


def read_recognition_card(network: Path = RECOGNITION_NETWORK) -> RecognitionCard:
    """Read the JSON beside a recognition network and check that both belong together.

    Raises:
        ModelError: either file is missing or damaged, or they are not from the same export.
    """
    return read_card_of(RecognitionCard, network, "people")
