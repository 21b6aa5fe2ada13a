"""A node is met: what Home Assistant makes of its discovery, its states and its event."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.config import load
from device.entities import LABELS, entities
from device.mqtt.discovery import entity_id
from tests.homeassistant.house import House

pytestmark = pytest.mark.homeassistant


def test_every_row_of_the_table_is_registered_under_its_id(any_house: House, smiling: Path) -> None:
    """The area does not get into the ids, and what is subjective is known but disabled."""
    with any_house.node("hall", smiling) as node:
        device = any_house.client.devices()["facet_hall"]
        registered = any_house.client.registered(device["id"])
        rows = {entity_id(r, "hall"): r for r in entities(load(node.folder / "facet.yaml"), LABELS)}
        assert set(registered) == set(rows)
        for name, row in rows.items():
            entry = registered[name]
            assert entry["unique_id"] == f"facet_hall_{row.key}"
            assert (entry["disabled_by"] is None) == row.enabled_by_default, name
            assert entry["entity_category"] == (row.category and row.category.value)
            assert entry["original_name"] == row.name
        assert device["name"] == "Hall camera"
        assert device["area_id"] == "ground_floor"


def test_a_press_in_home_assistant_shows_what_the_camera_saw(
    any_house: House, smiling: Path
) -> None:
    """The button there, the camera here, the states there again; all with numbers and icons."""
    client = any_house.client
    with any_house.node("kitchen", smiling):
        client.act("button.press", entity_id="button.kitchen_capture")
        client.expect("binary_sensor.kitchen_smiling", "on")
        client.expect("binary_sensor.kitchen_eyeglasses", "off")
        client.expect("binary_sensor.kitchen_face_present", "on")
        client.expect("sensor.kitchen_face_count", "1")
        client.expect("sensor.kitchen_last_result", "face")
        glasses = client.entity("binary_sensor.kitchen_eyeglasses")
        assert glasses is not None
        assert glasses["attributes"]["icon"] == "mdi:glasses"
        assert glasses["attributes"]["friendly_name"] == "Kitchen camera Eyeglasses"


def test_the_event_has_the_whole_observation(any_house: House, smiling: Path) -> None:
    """Faces with probabilities, times, timings and the id, for automations to read."""
    client = any_house.client
    with any_house.node("office", smiling):
        client.expect("event.office_observation", "unknown")
        client.act("button.press", entity_id="button.office_capture")
        client.expect("sensor.office_last_result", "face")
        event = client.entity("event.office_observation")
        assert event is not None
        seen = event["attributes"]
        assert seen["event_type"] == "face"
        assert seen["trigger"] == "command"
        assert len(seen["event_id"]) == 36
        assert seen["timings"]["total"] > 0
        (face,) = seen["faces"]
        assert face["primary"]
        assert face["attributes"]["Smiling"]["present"]
        assert face["attributes"]["Smiling"]["probability"] > 0.5
