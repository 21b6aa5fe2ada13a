"""What becomes of a message, whatever it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.observation import Reason
from device.store.message import LONGEST, DeadLetter, Message, Row, read
from tests.store.observations import ANNA, DAY, changed, face, known, observation, published

_TOPIC, _PAYLOAD = published(observation(face({"Eyeglasses": True}, known(ANNA))))
_DEEP = "[" * 5_000 + "]" * 5_000


def _letter(payload: bytes, topic: str = _TOPIC) -> str:
    made = read(Message.cut(topic, payload, 1))
    assert isinstance(made, DeadLetter), made
    return made.reason


def test_an_observation_becomes_a_row_with_all_that_is_asked_of_it() -> None:
    """The node's own time counts, as it is known when the event is sent."""
    payload = changed(_PAYLOAD, occurred_at="2026-11-24T12:00:01.5+00:00", waited=None)
    row = read(Message.cut("home/upstairs/hall/event", payload, 1))
    assert isinstance(row, Row)
    assert (row.base_topic, row.node) == ("home/upstairs", "hall")
    assert (row.seen_at, row.waited) == (DAY + timedelta(seconds=1.5), None)
    assert (row.result, row.trigger, row.face_count) == ("face", "button", 1)
    (shown,) = json.loads(row.faces)
    assert shown["person"]["name"] == ANNA.name
    assert json.loads(row.timings)["total"] == 134


def test_the_result_is_the_reason_where_there_is_no_face() -> None:
    """As the sensor Last result says it."""
    topic, payload = published(observation(reason=Reason.TOO_DARK))
    row = read(Message.cut(topic, payload, 1))
    assert isinstance(row, Row)
    assert row.result == "too_dark"


def test_the_time_in_the_id_is_the_same_whenever_the_event_is_sent() -> None:
    """A table that is divided by time finds a repeated event by it, although its other times may be corrected."""
    before = datetime.now(UTC)
    topic, payload = published(observation(reason=Reason.NO_FACE))
    after = datetime.now(UTC)
    first = read(Message.cut(topic, payload, 1))
    again = read(Message.cut(topic, changed(payload, occurred_at="2030-01-01T00:00:00Z"), 2))
    assert isinstance(first, Row)
    assert isinstance(again, Row)
    assert first.made_at == again.made_at
    # An id has milliseconds.
    assert before - timedelta(milliseconds=1) < first.made_at <= after


def test_a_newer_node_may_say_more() -> None:
    """Keys and words that this release does not know are no reason to lose an observation."""
    row = read(Message.cut(_TOPIC, changed(_PAYLOAD, weather="rain", trigger="gesture"), 1))
    assert isinstance(row, Row)
    assert row.trigger == "gesture"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "json_invalid"),
        (b"PRESS", "json_invalid"),
        (b"\xff\xfe", "json_invalid"),
        (_DEEP.encode(), "json_invalid"),
        (b"[]", "model_type"),
        (b"{}", "event_id: missing"),
        (b"x" * (LONGEST + 1), "longer than 65536 bytes"),
        (changed(_PAYLOAD, schema_version=2), "schema version 2 is not known"),
        (changed(_PAYLOAD, node="kitchen"), "it is another node's than its topic"),
        (changed(_PAYLOAD, event_id="hall-1"), "event_id: uuid_parsing"),
        (
            changed(_PAYLOAD, event_id="7c1a7c60-8a9d-4d3e-8a2b-0d4b6a5e9f10"),
            "a value cannot be stored (ValueError)",
        ),
        (
            changed(_PAYLOAD, event_id="ffffffff-ffff-7fff-8fff-ffffffffffff"),
            "a value cannot be stored (ValueError)",
        ),
        (changed(_PAYLOAD, triggered_at="yesterday"), "triggered_at: datetime_parsing"),
        (changed(_PAYLOAD, triggered_at="2026-11-24T12:00:00"), "triggered_at: timezone_aware"),
        (changed(_PAYLOAD, face_count=-1), "face_count: greater_than_equal"),
        (changed(_PAYLOAD, face_count=2**31), "face_count: less_than"),
        (changed(_PAYLOAD, faces="Anna"), "faces: list_type"),
        (changed(_PAYLOAD, trigger="a\0b"), "a text has the character NUL"),
        (changed(_PAYLOAD, faces=[{"person": {"name": "\0"}}]), "a text has the character NUL"),
        (changed(_PAYLOAD, faces=[{"\0": 1}]), "a text has the character NUL"),
        (changed(_PAYLOAD, trigger="\ud800"), "json_invalid"),
        (changed(_PAYLOAD, timings={"total": float("inf")}), "timings.total: finite_number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "message",
)
def test_what_cannot_be_stored_says_why_and_shows_no_value(payload: bytes, reason: str) -> None:
    """None of it raises an error, which would keep the queue from going on."""
    assert _letter(payload) == reason


def test_numbers_that_json_allows_and_a_database_does_not() -> None:
    """Infinity as JSON writes it, and an integer of thousands of digits."""
    for number in (b"1e999", b"1" * 5_000, b"-Infinity", b"NaN"):
        payload = _PAYLOAD.replace(b'"faces":[{', b'"faces":[{"x":%s,' % number)
        assert payload != _PAYLOAD
        made = read(Message.cut(_TOPIC, payload, 1))
        assert isinstance(made, DeadLetter), number
    waited = _PAYLOAD.replace(b'"waited":2.0', b'"waited":' + b"9" * 400)
    assert b"999" in waited
    assert isinstance(read(Message.cut(_TOPIC, waited, 1)), DeadLetter)


def test_a_topic_without_a_node_is_no_events() -> None:
    """Whatever a wildcard lets through."""
    assert _letter(_PAYLOAD, "event") == "it is another node's than its topic"
    assert _letter(_PAYLOAD, "") == "it is another node's than its topic"


def test_of_a_huge_message_only_its_beginning_is_held() -> None:
    """A thousand of them wait for a batch."""
    message = Message.cut(_TOPIC, b"{" * 1_000_000, 1)
    letter = read(message)
    assert isinstance(letter, DeadLetter)
    assert (len(message.payload), len(letter.payload)) == (LONGEST + 1, 8192)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(key=st.sampled_from(sorted(json.loads(_PAYLOAD))), value=_ANYTHING, cut=st.integers(0, 80))
def test_nothing_that_a_broker_delivers_raises_an_error(key: str, value: Any, cut: int) -> None:  # noqa: ANN401
    """With anything in the place of any value, whole or cut off."""
    payload = changed(_PAYLOAD, **{key: value})
    for content in (payload, payload[: len(payload) - cut], payload[cut:]):
        assert isinstance(read(Message.cut(_TOPIC, content, 1)), Row | DeadLetter)
