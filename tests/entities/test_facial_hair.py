"""The rows of facial hair show what was told, and unknown where nothing was certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.entities.documents import state_content
from device.entities.kinds import Json, Sensor
from device.entities.outcome import Outcome
from device.entities.table import CATALOGUE
from device.entities.words import FACIAL_HAIR, FACIAL_HAIR_LENGTH
from device.networks.card import read_card
from device.networks.files import model_path, shipped_models
from device.observation import FacialHair, Reason, Told
from tests.entities.rows import by_key
from tests.entities.test_state import PUBLISHED, TABLE, face, observation


def _told(style: str | None, length: str | None, mustache: str | None) -> FacialHair:
    return FacialHair(Told(style, {}), Told(length, {}), Told(mustache, {}), Told(None, {}))


def _state(told: FacialHair) -> dict[str, Json]:
    seen = face({})
    seen = replace(seen, facts={**seen.facts, "facial_hair": told})
    return state_content(TABLE, Outcome(observation(seen), PUBLISHED))


def test_what_was_told_is_shown() -> None:
    """In place of what CelebA's attributes say; what is not certain is unknown."""
    state = _state(_told("goatee", "short", "present"))
    assert (state["facial_hair"], state["facial_hair_length"]) == ("goatee", "short")
    assert (state["facial_hair_mustache"], state["facial_hair_sideburns"]) == ("ON", None)


def test_what_is_not_there_is_off() -> None:
    """As for an attribute."""
    assert _state(_told("none", "none", "none"))["facial_hair_mustache"] == "OFF"


def test_without_a_face_there_is_no_mustache_and_the_length_is_unknown() -> None:
    """As the attributes are off and the color of hair is unknown."""
    nobody = observation(reason=Reason.NO_FACE)
    state = state_content(TABLE, Outcome(nobody, PUBLISHED))
    assert (state["facial_hair_mustache"], state["facial_hair_length"]) == ("OFF", None)


@pytest.mark.parametrize("name", shipped_models())
def test_home_assistant_accepts_every_answer_of_the_shipped_networks(name: str) -> None:
    """An enum refuses what is not among its options."""
    meaning = read_card(model_path(name)).facial_hair
    assert meaning is not None
    length = by_key(CATALOGUE)["facial_hair_length"]
    assert isinstance(length, Sensor)
    assert meaning.length.names == tuple(FACIAL_HAIR_LENGTH) == length.options
    assert meaning.style.names == tuple(FACIAL_HAIR)
