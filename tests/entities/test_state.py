"""What an observation means for Home Assistant: the state document and the event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from device.config import Config
from device.entities.documents import (
    EVENT,
    blank_state,
    ended_state,
    happened,
    hidden_attributes,
    state_content,
)
from device.entities.outcome import EventType, Outcome, event_type
from device.entities.table import CELEBA, entities
from device.observation import Attribute, Box, Face, FaceAttributes, Observation, Reason, Source
from device.system.compact_json import compact

TRIGGERED = datetime(2026, 11, 24, 18, 2, 11, 402_000, tzinfo=UTC)
CAPTURED = TRIGGERED + timedelta(milliseconds=29)
PUBLISHED = TRIGGERED + timedelta(milliseconds=134)
TABLE = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)


def face(present: Mapping[str, bool], *, primary: bool = True) -> Face:
    """A face that has or lacks these attributes."""
    return Face(
        box=Box(10, 20, 100, 120),
        keypoints=np.zeros((6, 2), np.float32),
        score=0.9,
        quality=0.8,
        primary=primary,
        facts={
            "attributes": FaceAttributes(
                {name: Attribute(0.5, value) for name, value in present.items()},
                hair_color="brown" if primary else "gray",
                facial_hair=None,
            )
        },
    )


def observation(
    *faces: Face,
    reason: Reason | None = None,
    face_count: int | None = None,
    captured_at: datetime | None = CAPTURED,
) -> Observation:
    """An observation of these faces."""
    return Observation(
        node="hall",
        trigger=Source.BUTTON,
        triggered_at=TRIGGERED,
        captured_at=captured_at,
        reason=reason,
        faces=faces,
        face_count=len(faces) if face_count is None else face_count,
        timings={"total": 100.0},
        event_id="e1",
    )


def test_a_blank_state_has_every_key_and_knows_nothing() -> None:
    """A template that finds no key would fill Home Assistant's log."""
    state = blank_state(TABLE)
    assert {"eyeglasses", "face_present", "hair_color", "last_result", "latency"} <= set(state)
    assert state.pop("_attributes") == {
        key: {}
        for key in (
            "hair_color",
            "facial_hair",
            "facial_hair_length",
            "last_result",
            "smallest_margin",
        )
    }
    assert set(state.values()) == {None}


def test_a_blank_state_keeps_what_the_table_still_has() -> None:
    """After a restart the old values hold; those of entities that are gone do not."""
    state = blank_state(TABLE, {"eyeglasses": "ON", "dimples": "ON"})
    assert state["eyeglasses"] == "ON"
    assert "dimples" not in state


def test_a_face_sets_everything() -> None:
    """Attributes are the primary face's, the count is that of all."""
    first = face({"Eyeglasses": True, "Smiling": False})
    second = face({"Eyeglasses": False, "Smiling": True}, primary=False)
    state = state_content(TABLE, Outcome(observation(first, second), PUBLISHED))
    assert state["face_present"] == "ON"
    assert state["face_count"] == 2
    assert (state["eyeglasses"], state["smiling"]) == ("ON", "OFF")
    assert (state["hair_color"], state["facial_hair"]) == ("brown", None)
    assert state["last_result"] == "face"


def test_an_attribute_that_the_network_did_not_answer_is_unknown() -> None:
    """Nothing is made up, not even from the state before."""
    seen = observation(face({"Smiling": True}))
    assert state_content(TABLE, Outcome(seen, PUBLISHED), {"bald": "ON"})["bald"] is None


def test_nobody_there_turns_everything_off() -> None:
    """Without a face there are no glasses; what hair there is, is unknown."""
    before = state_content(TABLE, Outcome(observation(face({"Eyeglasses": True})), PUBLISHED))
    state = state_content(TABLE, Outcome(observation(reason=Reason.NO_FACE), PUBLISHED), before)
    assert (state["face_present"], state["face_count"]) == ("OFF", 0)
    assert {state["eyeglasses"], state["bald"]} == {"OFF"}
    assert state["hair_color"] is state["facial_hair"] is None
    assert state["last_result"] == "no_face"


@pytest.mark.parametrize("reason", [Reason.TOO_SMALL, Reason.TOO_BLURRED, Reason.TOO_DARK])
def test_a_face_that_cannot_be_judged_is_present_and_unknown(reason: Reason) -> None:
    """Off would state more than the node knows."""
    before = state_content(TABLE, Outcome(observation(face({"Eyeglasses": True})), PUBLISHED))
    state = state_content(
        TABLE, Outcome(observation(reason=reason, face_count=2), PUBLISHED), before
    )
    assert (state["face_present"], state["face_count"]) == ("ON", 2)
    assert state["eyeglasses"] is state["hair_color"] is None
    assert state["last_result"] == reason.value


@pytest.mark.parametrize("reason", [Reason.CAMERA_UNAVAILABLE, Reason.PRIVACY, Reason.FAILED])
def test_without_a_picture_what_was_seen_before_is_over(reason: Reason) -> None:
    """A rule that the press starts must not judge whoever was there before."""
    before = state_content(TABLE, Outcome(observation(face({"Eyeglasses": True})), PUBLISHED))
    unseen = observation(reason=reason, captured_at=None)
    state = state_content(TABLE, Outcome(unseen, PUBLISHED + timedelta(milliseconds=1)), before)
    ended = ended_state(TABLE, before) | {"last_result": reason.value, "latency": 135}
    said, meant = state.pop("_attributes"), ended.pop("_attributes")
    assert state == ended
    assert isinstance(said, dict)
    assert isinstance(meant, dict)
    assert said["last_result"] != meant["last_result"]
    assert {**said, "last_result": {}} == {**meant, "last_result": {}}
    assert (state["face_present"], state["face_count"], state["eyeglasses"]) == ("OFF", 0, None)
    assert state["last_capture"] == before["last_capture"]


def test_what_was_never_seen_does_not_end() -> None:
    """Off would be a claim: before the first capture nobody knows."""
    assert ended_state(TABLE, blank_state(TABLE)) == blank_state(TABLE)


def test_latency_is_from_the_trigger_to_the_message() -> None:
    """In whole milliseconds, and never negative when the clock was set back."""
    seen = observation(reason=Reason.NO_FACE)
    assert state_content(TABLE, Outcome(seen, PUBLISHED))["latency"] == 134
    assert state_content(TABLE, Outcome(seen, TRIGGERED - timedelta(hours=1)))["latency"] == 0


def test_last_capture_is_a_time_with_its_zone() -> None:
    """Home Assistant rejects a timestamp without one."""
    state = state_content(TABLE, Outcome(observation(reason=Reason.NO_FACE), PUBLISHED))
    assert state["last_capture"] == "2026-11-24T18:02:11.431+00:00"


def test_the_state_of_a_smaller_table_has_no_other_keys() -> None:
    """A disabled attribute is in no document."""
    config = {"mqtt": {"host": "broker"}, "attributes": {"disabled": ["Eyeglasses"]}}
    table = entities(Config.model_validate(config), CELEBA)
    state = state_content(table, Outcome(observation(face({"Eyeglasses": True})), PUBLISHED))
    assert "eyeglasses" not in state


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (None, EventType.FACE),
        (Reason.NO_FACE, EventType.NO_FACE),
        (Reason.TOO_SMALL, EventType.REFUSED),
        (Reason.TOO_BLURRED, EventType.REFUSED),
        (Reason.TOO_DARK, EventType.REFUSED),
        (Reason.CAMERA_UNAVAILABLE, EventType.UNAVAILABLE),
        (Reason.PRIVACY, EventType.UNAVAILABLE),
        (Reason.FAILED, EventType.UNAVAILABLE),
    ],
)
def test_every_reason_has_its_event_type(reason: Reason | None, expected: EventType) -> None:
    """Four kinds of events, whatever the reason."""
    assert event_type(observation(reason=reason)) is expected


def test_the_event_is_the_observation_with_its_type() -> None:
    """One more key, and nothing else is different."""
    seen = observation(face({"Eyeglasses": True}))
    (content,) = happened(EVENT, TABLE, seen)
    event = json.loads(compact(content))
    assert event.pop("event_type") == "face"
    assert event == json.loads(compact(seen.to_json()))


def test_what_is_neither_offered_nor_enabled_leaves_the_node_in_no_way() -> None:
    """Neither in the event, for any of the faces, nor in the state; what the owner enables does."""
    faces = face({"Male": True, "Young": True, "Smiling": True}), face({"Male": False})
    sections = {"mqtt": {"host": "broker"}, "attributes": {"enabled": ["Young"]}}
    table = entities(Config.model_validate(sections), CELEBA)
    hidden = hidden_attributes(CELEBA.labels, table)
    seen = observation(*faces).without_attributes(hidden)
    (content,) = happened(EVENT, table, seen)
    event = json.loads(compact(content))
    assert [set(one["attributes"]) for one in event["faces"]] == [{"Young", "Smiling"}, set()]
    state = state_content(table, Outcome(seen, datetime.now(UTC)))
    assert state["young"] == "ON"
    assert "male" not in state
    assert "male" not in blank_state(table, {"male": "ON"})


def test_what_the_owner_disables_is_hidden_even_if_the_network_answers_it() -> None:
    """It has no row in the table at all."""
    sections = {"mqtt": {"host": "broker"}, "attributes": {"disabled": ["Smiling"]}}
    table = entities(Config.model_validate(sections), CELEBA)
    hidden = hidden_attributes(CELEBA.labels, table)
    assert "Smiling" in hidden
    assert "Eyeglasses" not in hidden


def test_what_was_seen_is_also_said_in_words_and_no_longer_than_it_holds() -> None:
    """In the owner's language; a value that has no words, such as one of an owner's own network, is left as it is."""
    config = Config.model_validate({"mqtt": {"host": "broker"}, "node": {"language": "de"}})
    table = entities(config, replace(CELEBA, hair_colors=("brown", "blue")))
    state = state_content(table, Outcome(observation(face({"Eyeglasses": True})), PUBLISHED))
    said = state["_attributes"]
    assert isinstance(said, dict)
    assert (said["hair_color"], said["facial_hair"]) == ({"text": "Braun"}, {})
    assert said["last_result"] == {"text": "Gesicht gesehen"}
    refused = observation(reason=Reason.TOO_SMALL, face_count=1)
    for later in (
        state_content(table, Outcome(refused, PUBLISHED), state),
        ended_state(table, state),
    ):
        said = later["_attributes"]
        assert isinstance(said, dict)
        assert said["hair_color"] == {}
    gone = observation(reason=Reason.CAMERA_UNAVAILABLE, captured_at=None)
    said = state_content(table, Outcome(gone, PUBLISHED), state)["_attributes"]
    assert isinstance(said, dict)
    assert (said["hair_color"], said["last_result"]) == ({}, {"text": "Kamera nicht verfügbar"})
