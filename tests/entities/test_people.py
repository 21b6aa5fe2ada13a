"""What Home Assistant learns of who was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from device.config import Config, MqttSettings, PeopleSettings
from device.entities.documents import RECOGNISED, happened, state_content
from device.entities.outcome import Outcome
from device.entities.people import PERSONS
from device.entities.table import CELEBA, entities
from device.observation import Box, Face, Observation, Source
from device.people.identity import Identity, Named, Recognition
from tests.people.faces import identity

_NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ADA, BEN = (identity(Recognition.KNOWN, name, 0.7) for name in ("Ada", "Ben"))
STRANGER = identity(Recognition.UNKNOWN, "Ada", 0.1)
_ANNOUNCED = {row.key for row in PERSONS}


def observation(*identities: Identity) -> Observation:
    """Return an observation of some people, the first of whom is nearest."""
    faces = tuple(
        Face(
            Box(0, 0, 100, 100),
            np.zeros((6, 2), np.float32),
            0.9,
            0.9,
            i == 0,
            {"recognition": each},
        )
        for i, each in enumerate(identities)
    )
    return Observation("hall", Source.BUTTON, _NOW, _NOW, None, faces, len(faces), {})


def person(*identities: Identity) -> Any:  # noqa: ANN401 - a value of JSON
    """Return the state of the sensor Person."""
    return state_content(PERSONS, Outcome(observation(*identities), _NOW))["person"]


def events(*identities: Identity) -> Sequence[dict[str, Any]]:
    """Return the events of recognition."""
    return happened(RECOGNISED, PERSONS, observation(*identities))


def test_the_rows_exist_only_where_people_are_recognised() -> None:
    """A node as it is installed has nothing of it."""
    config = Config(mqtt=MqttSettings(host="broker"))
    on = config.model_copy(update={"people": PeopleSettings(enabled=True)})
    assert not _ANNOUNCED & {row.key for row in entities(config, CELEBA)}
    assert {row.key for row in entities(on, CELEBA)} >= _ANNOUNCED


def test_the_sensor_has_the_name_of_the_primary_face() -> None:
    """Whoever is nearest pressed the button."""
    assert person(BEN, ADA) == "Ben"


def test_the_sensor_says_that_somebody_is_a_stranger() -> None:
    """In a word that no name can be mistaken for."""
    assert person(STRANGER) == "unknown_person"


@pytest.mark.parametrize(
    "result",
    [Recognition.UNSURE, Recognition.AMBIGUOUS, Recognition.TURNED_AWAY, Recognition.COVERED],
)
def test_the_sensor_is_unknown_where_nothing_is_certain(result: Recognition) -> None:
    """Neither a name nor a stranger; no event fires."""
    doubtful = replace(STRANGER, result=result, people=(Named("ada", "Ada"), Named("ben", "Ben")))
    assert person(doubtful) is None
    assert not events(doubtful)


def test_an_event_names_everybody_who_is_known() -> None:
    """The sensor has room for one of them only."""
    (event,) = events(ADA, BEN)
    assert event["event_type"] == "person_recognised"
    assert event["person"] == "Ada"
    assert event["people"] == [{"id": "ada", "name": "Ada"}, {"id": "ben", "name": "Ben"}]


def test_a_stranger_beside_a_resident_is_two_events() -> None:
    """An automation may wait for either."""
    assert [event["event_type"] for event in events(ADA, STRANGER)] == [
        "person_recognised",
        "unknown_person",
    ]


def test_the_observation_says_who_each_face_is() -> None:
    """With the numbers of the decision."""
    said = observation(ADA).to_json()["faces"][0]["person"]
    assert (said["result"], said["name"], said["id"], said["score"]) == ("known", "Ada", "ada", 0.7)
