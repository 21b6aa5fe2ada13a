"""What a card says of facial hair: questions whose answers fit each other."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from device.networks.card import read_card
from device.networks.facial_hair import FacialHairMeaning
from device.networks.files import model_path, shipped_models
from tests.networks.cards import make_facial_hair


def _document() -> dict[str, Any]:
    return make_facial_hair().model_dump(mode="json")


def test_the_outputs_are_the_answers_of_all_questions() -> None:
    """In a row, in the order of the questions."""
    meaning = make_facial_hair()
    assert meaning.outputs == sum(len(question.answers) for question in meaning.questions) == 14


def test_a_style_leaves_the_answers_that_do_not_contradict_it() -> None:
    """And all of them while no style is known."""
    meaning = make_facial_hair()
    assert meaning.left_by("mustache").length == ("none",)
    assert meaning.left_by(None).length == meaning.length.names


def test_what_is_implied_has_to_be_an_answer() -> None:
    """A typing error would otherwise end the node at the first such face."""
    document = _document()
    document["implied"]["goatee"]["length"] = ["shrot"]
    with pytest.raises(ValidationError, match="implied by goatee: there is no answer shrot"):
        FacialHairMeaning.model_validate(document)


def test_every_style_has_to_say_what_it_implies() -> None:
    """One that is missing, too."""
    document = _document()
    del document["implied"]["beard"]
    with pytest.raises(ValidationError, match="implied has to name every style"):
        FacialHairMeaning.model_validate(document)


def test_two_answers_cannot_have_one_name() -> None:
    """Nobody could tell which is meant."""
    document = _document()
    document["mustache"]["answers"][1]["name"] = "none"
    with pytest.raises(ValidationError, match="two answers have the same name"):
        FacialHairMeaning.model_validate(document)


@pytest.mark.parametrize("name", shipped_models())
def test_a_shipped_network_says_which_labels_it_learned_facial_hair_from(name: str) -> None:
    """And under which licence they are."""
    meaning = read_card(model_path(name)).facial_hair
    assert meaning is not None
    assert "FH37K" in str(meaning.provenance["labels"])
    assert "licence" in str(meaning.provenance["labels"])
