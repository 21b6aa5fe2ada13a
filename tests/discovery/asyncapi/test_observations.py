"""Whatever an observation says, what is published of it is as the AsyncAPI document describes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from device.entities.condition import Condition
from device.entities.documents import (
    DIAGNOSTICS,
    EVENT,
    PRESSED,
    RECOGNISED,
    SEEN,
    STATE,
    content,
    happened,
    state_content,
)
from device.entities.outcome import Outcome
from device.entities.table import CELEBA, LABELS, documented, entities
from device.errors import CameraTrouble
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    FacialHair,
    LeftOut,
    Observation,
    Reason,
    Source,
    Told,
    Trigger,
    UnjudgedFace,
)
from device.people.identity import Flatness, Identity, Named, Recognition
from device.supervision.boot_log import Failure
from device.system.compact_json import compact
from device.system.vitals import Vitals
from tests.discovery.asyncapi.contract import DELIVERY, Contract
from tests.discovery.payloads import configured

CONTRACT = Contract()
TABLE = entities(configured(), CELEBA)
# As documented() has them, whatever the node is configured for.
CONDITIONS = documented(TABLE)
_shares = st.floats(0, 1)
_pixels = st.floats(-4000, 4000, width=32)
_sizes = st.floats(1, 4000)
_times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_names = st.text(min_size=1, max_size=12)
_boxes = st.builds(Box, _pixels, _pixels, _sizes, _sizes)
_named = st.builds(Named, st.text("0123456789abcdef", min_size=12, max_size=12), _names)


def _told(*answers: str) -> st.SearchStrategy[Told]:
    return st.builds(
        Told,
        st.none() | st.sampled_from(answers),
        st.fixed_dictionaries(dict.fromkeys(answers, _shares)),
    )


_facts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "attributes": st.builds(
            FaceAttributes,
            st.dictionaries(
                st.sampled_from(LABELS),
                st.builds(Attribute, _shares, st.booleans(), st.none() | _shares, st.booleans()),
            ),
            st.none() | st.sampled_from(CELEBA.hair_colors),
            st.none() | st.sampled_from(CELEBA.facial_hair),
        )
    },
    optional={
        "facial_hair": st.builds(
            FacialHair,
            _told(*CELEBA.facial_hair),
            _told("none", "stubble", "short", "medium", "long"),
            _told("none", "present"),
            _told("none", "present"),
        ),
        "identity": st.builds(
            Identity,
            st.sampled_from(Recognition),
            st.lists(_named, min_size=1, max_size=2).map(tuple),
            st.none() | _named,
            st.none() | st.floats(-1, 1),
            st.none() | st.floats(-1, 1),
            _shares,
            _shares,
            st.integers(0, 9),
            st.sampled_from(Flatness),
        ),
    },
)


@st.composite
def _observations(draw: st.DrawFn) -> Observation:
    faces = tuple(
        Face(
            box=draw(_boxes),
            keypoints=np.full((6, 2), draw(_pixels), np.float32),
            score=draw(_shares),
            quality=draw(_shares),
            primary=number == 0,
            facts=draw(_facts),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    return Observation(
        node="hall",
        trigger=draw(st.sampled_from(Source)),
        triggered_at=draw(_times),
        captured_at=draw(st.none() | _times),
        reason=None if faces else draw(st.sampled_from(Reason)),
        faces=faces,
        face_count=len(faces) + draw(st.integers(0, 3)),
        timings=draw(st.dictionaries(_names, st.floats(0, 1e6), max_size=3)),
        unjudged=draw(
            st.lists(st.builds(UnjudgedFace, _boxes, st.sampled_from(LeftOut)), max_size=3).map(
                tuple
            )
        ),
    )


def _faults(document: str, made: Any) -> list[str]:  # noqa: ANN401 - as JSON
    return list(CONTRACT.judge(document, json.loads(compact(made))))


@given(_observations())
@settings(max_examples=60, deadline=None)
def test_the_events_of_every_observation_are_as_described(observation: Observation) -> None:
    """The one that waits on the disk, and those of the moment."""
    (event,) = happened(EVENT, TABLE, observation)
    assert not _faults(EVENT, {**event, **DELIVERY})
    for document in (SEEN, RECOGNISED):
        for made in happened(document, TABLE, observation):
            assert not _faults(document, made)


@given(_observations(), _times)
@settings(max_examples=60, deadline=None)
def test_the_state_after_every_observation_is_as_described(
    observation: Observation, ready_at: datetime
) -> None:
    """With whatever explains it."""
    assert not _faults(STATE, state_content(TABLE, Outcome(observation, ready_at)))


@given(
    st.builds(
        Condition,
        camera_fault=st.none() | st.text(),
        camera_trouble=st.none() | st.sampled_from(CameraTrouble),
        node_fault=st.none() | st.text(),
        is_safe_mode=st.booleans(),
        last_failure=st.none() | st.builds(Failure, _times, st.text()),
        vitals=st.builds(Vitals),
        is_under_voltage=st.none() | st.booleans(),
        started_at=st.none() | _times,
        model=_names,
        queue_length=st.integers(0, 1000),
        dropped_events=st.integers(0, 1000),
        coalesced_presses=st.integers(0, 1000),
    )
)
@settings(max_examples=40, deadline=None)
def test_the_diagnostics_of_every_condition_are_as_described(condition: Condition) -> None:
    """Also without an index of updates, whose keys are there on every node."""
    assert not _faults(DIAGNOSTICS, content(DIAGNOSTICS, CONDITIONS, condition))


def test_a_key_that_the_types_lack_is_noticed() -> None:
    """The schemas are closed: a key is added to the type, or the test of the real traffic fails."""
    (made,) = happened(PRESSED, TABLE, Trigger(Source.BUTTON))
    assert not _faults(PRESSED, made)
    assert _faults(PRESSED, {**made, "more": 1})
