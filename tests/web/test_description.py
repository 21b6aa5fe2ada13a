"""What the page tells of a face in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.config.sections.node import Language
from device.observation import FacialHair, Told
from device.web.description import faces
from tests.node.fakes import face


def _told(answer: str | None) -> Told:
    return Told(answer, {})


_BEARD = FacialHair(_told("beard"), _told("short"), _told("present"), _told(None))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Facial hair: Beard", "Facial hair: length: Short", "Facial hair: mustache: yes"]),
        ("de", ["Gesichtsbehaarung: Bart", "Länge: Kurz", "ja"]),
        ("fr", ["Barbe", "Courte", "oui"]),
    ],
)
def test_what_the_second_network_tells_is_said_in_the_reader_s_language(
    language: Language, words: list[str]
) -> None:
    """Style, length, mustache and sideburns; what it cannot decide is unknown."""
    seen = face("Smiling")
    bearded = replace(seen, primary=False, facts={**seen.facts, "facial_hair": _BEARD})
    (described,) = faces([bearded], language)
    said = "\n".join(f"{name}: {answer}" for name, answer in described["words"].items())
    assert all(word in said for word in words), said
    assert list(described["words"].values())[-1] is None
    assert described["primary"] is False


def test_a_node_without_the_second_network_says_nothing_of_it() -> None:
    """Only what each node knows."""
    (described,) = faces([face("Smiling")], "en")
    assert list(described["words"]) == ["Hair color", "Facial hair"]
