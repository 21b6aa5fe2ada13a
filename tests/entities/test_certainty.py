"""How sure the node was: one entity, with every probability next to the threshold that it was compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from device.config import Config
from device.entities.documents import blank_state, ended_state, state_content
from device.entities.kinds import Json
from device.entities.outcome import Outcome
from device.entities.table import CELEBA, entities
from device.observation import Attribute, Box, Face, FaceAttributes, Observation, Reason, Source

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
TABLE = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
FACE = Face(
    box=Box(10, 20, 100, 120),
    keypoints=np.zeros((6, 2), np.float32),
    score=0.9,
    quality=0.8,
    primary=True,
    facts={
        "attributes": FaceAttributes(
            {
                "Eyeglasses": Attribute(0.97, present=True, threshold=0.61),
                "Smiling": Attribute(0.4, present=False, threshold=0.523),
                "Male": Attribute(0.5, present=False, threshold=0.5),
            },
            hair_color=None,
            facial_hair=None,
        )
    },
)
SEEN = Observation(
    node="hall",
    trigger=Source.BUTTON,
    triggered_at=NOW,
    captured_at=NOW,
    reason=None,
    faces=(FACE,),
    face_count=1,
    timings={"total": 100.0},
)


def listed(state: Mapping[str, Json]) -> Json:
    """The attributes of the entity in a state document."""
    attributes = state["_attributes"]
    assert isinstance(attributes, dict)
    return attributes["smallest_margin"]


def test_the_smallest_margin_is_that_of_the_closest_attribute_that_starts_enabled() -> None:
    """In percentage points, rounded; what the owner never sees does not count."""
    state = state_content(TABLE, Outcome(SEEN, NOW))
    assert state["smallest_margin"] == 12.3
    assert listed(state) == {
        "eyeglasses": {"probability": 0.97, "threshold": 0.61},
        "smiling": {"probability": 0.4, "threshold": 0.523},
    }


def test_without_a_judged_face_nobody_was_sure_of_anything() -> None:
    """Unknown, and without the numbers of somebody who was there before."""
    before = state_content(TABLE, Outcome(SEEN, NOW))
    for reason, count in ((Reason.NO_FACE, 0), (Reason.TOO_DARK, 1)):
        nobody = replace(SEEN, reason=reason, faces=(), face_count=count)
        state = state_content(TABLE, Outcome(nobody, NOW), before)
        assert state["smallest_margin"] is None
        assert listed(state) == {}


def test_without_a_picture_the_margin_ends_with_what_it_explains() -> None:
    """As the attributes do: the numbers of somebody who has gone explain nothing."""
    before = state_content(TABLE, Outcome(SEEN, NOW))
    lost = replace(SEEN, reason=Reason.CAMERA_UNAVAILABLE, captured_at=None, faces=(), face_count=0)
    for state in (ended_state(TABLE, before), state_content(TABLE, Outcome(lost, NOW), before)):
        assert state["smallest_margin"] is None
        assert listed(state) == {}


def test_a_restart_keeps_the_numbers_with_the_margin() -> None:
    """What has not ended yet is restored as a whole."""
    before = state_content(TABLE, Outcome(SEEN, NOW))
    state = blank_state(TABLE, before)
    assert state["smallest_margin"] == 12.3
    assert state["_attributes"] == before["_attributes"]
