"""What happens at one moment: an attribute is seen, the button is pressed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from device.config import Config
from device.config.sections.node import Language
from device.entities.documents import EVENTS, MOTION, PRESSED, SEEN, content, happened
from device.entities.kinds import BinarySensor, Event, Row
from device.entities.table import CATALOGUE, CELEBA, entities
from device.entities.vocabulary import Vocabulary
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    MotionLevel,
    Observation,
    Source,
    Trigger,
)
from tests.node.fakes import trigger


def table(
    *,
    language: Language = "en",
    kind: str = "doorbell",
    enabled: Iterable[str] = (),
    vocabulary: Vocabulary = CELEBA,
) -> tuple[Row, ...]:
    """The rows of a node with a button and a motion sensor."""
    sections = {
        "mqtt": {"host": "broker"},
        "node": {"language": language},
        "triggers": {"button": {"pin": 17, "kind": kind}, "motion": {"pin": 4}},
        "attributes": {"enabled": list(enabled)},
        "people": {"enabled": True},
    }
    return entities(Config.model_validate(sections), vocabulary)


def face(*present: str, absent: Iterable[str] = ()) -> Face:
    """A face that has some attributes, and lacks others."""
    attributes = {name: Attribute(0.9, present=True) for name in present}
    attributes |= {name: Attribute(0.1, present=False) for name in absent}
    return Face(
        box=Box(10, 20, 100, 120),
        keypoints=np.zeros((6, 2), np.float32),
        score=0.9,
        quality=0.8,
        primary=False,
        facts={"attributes": FaceAttributes(attributes, None, None)},
    )


def observation(*faces: Face) -> Observation:
    """An observation of these faces."""
    moment = trigger(1.0).at
    return Observation("hall", Source.MOTION, moment, moment, None, faces, len(faces), {}, "e1")


def seen_in(rows: Iterable[Row], *faces: Face) -> list[object]:
    """The types of what is seen in some faces."""
    return [event["event_type"] for event in happened(SEEN, rows, observation(*faces))]


def events(rows: Iterable[Row]) -> dict[str, Event[object]]:
    """The rows of events by their keys."""
    return {row.key: row for row in rows if isinstance(row, Event)}


def test_each_attribute_of_any_face_is_seen_once() -> None:
    """In the order of the table, as Home Assistant shows its name."""
    faces = face("Smiling", absent=["Wearing_Hat"]), face("Eyeglasses", "Smiling")
    assert seen_in(table(), *faces) == ["Eyeglasses", "Smiling"]
    assert seen_in(table()) == []


def test_what_is_seen_names_its_observation() -> None:
    """An automation finds all of it in the other event, by its id."""
    (event,) = happened(SEEN, table(), observation(face("Bald")))
    assert event == {"event_type": "Bald", "event_id": "e1", "trigger": "motion"}


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Eyeglasses"), ("de", "Brille"), ("fr", "Lunettes")]
)
def test_what_is_seen_is_named_in_the_owner_s_language(language: Language, name: str) -> None:
    """Home Assistant shows the type of an event word for word."""
    rows = table(language=language)
    assert name in events(rows)["seen"].types
    assert seen_in(rows, face("Eyeglasses")) == [name]


def test_what_does_not_start_enabled_is_never_seen_unless_the_owner_asks_for_it() -> None:
    """It is no type of the event, and fires none."""
    assert seen_in(table(), face("Young")) == []
    assert "Young" not in events(table())["seen"].types
    asked = table(enabled=["Young"])
    assert seen_in(asked, face("Young")) == ["Young"]
    assert "Young" in events(asked)["seen"].types


def test_a_network_whose_attributes_nobody_wants_has_no_event_for_them() -> None:
    """Home Assistant rejects an event without types."""
    rows = table(vocabulary=Vocabulary(labels=("Young",)))
    assert "seen" not in events(rows)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_an_event_has_only_types_that_it_announces(language: Language) -> None:
    """Home Assistant logs a warning for any other one."""
    rows = table(language=language, enabled=CELEBA.labels)
    everything = observation(face(*CELEBA.labels))
    types = events(rows)["seen"].types
    assert len(types) == len(set(types)) == len(CELEBA.labels)
    assert [event["event_type"] for event in happened(SEEN, rows, everything)] == list(types)


@pytest.mark.parametrize(("kind", "type_"), [("doorbell", "ring"), ("button", "press")])
def test_a_press_of_the_button_is_an_event_of_its_kind(kind: str, type_: str) -> None:
    """Home Assistant demands "ring" of a doorbell. The time is the one that the observation has too."""
    rows = table(kind=kind)
    assert {key for key in ("doorbell", "button") if key in events(rows)} == {kind}
    row = events(rows)[kind]
    assert (row.device_class, row.types) == (kind, (type_,))
    (event,) = happened(PRESSED, rows, trigger(1.0))
    assert event == {"event_type": type_, "triggered_at": "2026-01-01T00:00:00.000+00:00"}


@pytest.mark.parametrize("source", [source for source in Source if source is not Source.BUTTON])
def test_only_the_button_rings(source: Source) -> None:
    """Whoever passes the sensor, or asks in Home Assistant, has not rung."""
    assert happened(PRESSED, table(), Trigger(source)) == []


def test_a_node_without_a_button_has_no_doorbell() -> None:
    """And one without a sensor no motion."""
    rows = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
    assert not {"doorbell", "button", "motion"} & {row.key for row in rows}
    assert happened(PRESSED, rows, trigger(1.0)) == []
    assert content(MOTION, rows, MotionLevel()) == {}


@pytest.mark.parametrize(("is_active", "shown"), [(True, "ON"), (False, "OFF"), (None, None)])
def test_motion_is_what_the_sensor_says(is_active: bool | None, shown: str | None) -> None:
    """Whether the camera is there or not."""
    rows = table()
    (row,) = (row for row in rows if row.key == "motion")
    assert isinstance(row, BinarySensor)
    assert row.device_class == "motion"
    assert not row.needs_camera
    assert content(MOTION, rows, MotionLevel(is_active)) == {"motion": shown}


def test_every_event_has_a_document_that_is_never_retained() -> None:
    """Home Assistant would fire a retained one again at each start."""
    assert {row.document for row in events(CATALOGUE).values()} == set(EVENTS)
