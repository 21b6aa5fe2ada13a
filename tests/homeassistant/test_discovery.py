"""What Home Assistant makes of a node's discovery, its states and its event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device import __version__
from device.config import Config, load
from device.discovery.payload import discovery_payload, entity_id
from device.entities.kinds import AttributeSensor, Platform, Row
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.mqtt.topics import Topics
from device.networks.card import read_card
from device.networks.files import model_path
from device.system.machine import Machine
from tests.broker.mosquitto import wait_for
from tests.homeassistant.setup import Setup, press

pytestmark = pytest.mark.homeassistant


def _table(node: Path) -> tuple[Row, ...]:
    """Return the rows of a node in its folder, which uses the shipped network."""
    card = read_card(model_path("attributes"))
    return entities(load(node / "facet.yaml"), Vocabulary.of(card))


def test_every_row_of_the_table_is_registered_under_its_id(any_setup: Setup, smiling: Path) -> None:
    """The area does not get into the ids, and what is subjective or unreliable is known but disabled."""
    privacy = {"picture": "full"}
    motion = {"motion": {"pin": 4}, "button": {"pin": 17}}
    with any_setup.node("hall", smiling, privacy=privacy, triggers=motion) as node:
        device = any_setup.client.devices()["facet_hall"]
        table = _table(node.folder)
        rows = {
            entity_id(row, "hall"): row
            for row in table
            if row.platform is not Platform.DEVICE_TRIGGER
        }

        def registered() -> dict[str, dict[str, Any]]:
            return any_setup.client.registered(device["id"])

        # Home Assistant loads the platforms of its first node one after the other.
        wait_for(lambda: set(registered()) == set(rows), f"{set(rows)} are registered")
        entries = registered()
        for name, row in rows.items():
            entry = entries[name]
            assert entry["unique_id"] == f"facet_hall_{row.key}"
            assert (entry["disabled_by"] is None) == row.is_enabled_by_default, name
            assert entry["entity_category"] == (row.category and row.category.value)
            assert entry["original_name"] == row.name
        assert device["name"] == "Hall camera"
        assert device["manufacturer"] == "Facet"
        assert device["sw_version"] == __version__
        assert device["area_id"] == "ground_floor"


def test_a_press_in_home_assistant_shows_what_the_camera_saw(
    any_setup: Setup, smiling: Path
) -> None:
    """The button there, the camera here, the states there again; all with numbers and icons."""
    client = any_setup.client
    with any_setup.node("kitchen", smiling):
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


def test_the_event_has_the_whole_observation(any_setup: Setup, smiling: Path) -> None:
    """Faces with probabilities, times, timings and the id, for automations to read."""
    client = any_setup.client
    with any_setup.node("office", smiling):
        client.expect("event.office_observation", "unknown")
        press(any_setup, "office")
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


def test_names_come_in_the_owners_language_under_the_same_ids(
    any_setup: Setup, smiling: Path
) -> None:
    """Names are in German, and so are the words for a state; automations work for every language."""
    client = any_setup.client
    with any_setup.node("library", smiling, node={"language": "de"}):
        glasses = client.entity("binary_sensor.library_eyeglasses")
        assert glasses is not None
        assert glasses["attributes"]["friendly_name"] == "Library camera Brille"
        client.act("button.press", entity_id="button.library_capture")
        client.expect("sensor.library_last_result", "face")
        result, fault = (
            client.entity(f"sensor.library_{key}") for key in ("last_result", "camera_fault")
        )
        assert result is not None
        assert result["attributes"]["text"] == "Gesicht gesehen"
        assert fault is not None
        assert (fault["state"], fault["attributes"]["text"]) == ("none", "Kein Fehler")


def test_device_triggers_are_offered_for_the_button_and_what_is_published(
    any_setup: Setup, smiling: Path
) -> None:
    """The editor of automations lists them on the device."""
    with any_setup.node("porch", smiling, triggers={"button": {"pin": 17}}) as node:
        client = any_setup.client
        device = client.devices()["facet_porch"]["id"]
        offered = client.ask("device_automation/trigger/list", device_id=device)
        found = {(row["type"], row["subtype"]) for row in offered if row["domain"] == "mqtt"}
        sensors = (row for row in _table(node.folder) if isinstance(row, AttributeSensor))
        keys = {row.key for row in sensors if row.is_published}
        assert found == {("button_short_press", "button"), *(("detected", key) for key in keys)}


def test_the_newest_version_that_the_broker_knows_is_offered(
    any_setup: Setup, smiling: Path
) -> None:
    """One retained message tells all nodes; without it a node is up to date."""
    client = any_setup.client
    with (
        any_setup.overhear("facet/newest_version") as owner,
        any_setup.node("cellar", smiling),
    ):
        client.expect("update.cellar_software", "off")
        owner.publish("facet/newest_version", "99.1.0", retain=True)
        client.expect("update.cellar_software", "on")
        software = client.entity("update.cellar_software")
        assert software is not None
        assert software["attributes"]["installed_version"] == __version__
        assert software["attributes"]["latest_version"] == "99.1.0"
        assert software["attributes"]["title"] == "Facet"
        assert "install.sh --version 99.1.0`" in software["attributes"]["release_summary"]
        owner.publish("facet/newest_version", "", retain=True)
        client.expect("update.cellar_software", "off")
        software = client.entity("update.cellar_software")
        assert software is not None
        assert not software["attributes"]["release_summary"], "there is nothing to install"


def test_an_upgrade_keeps_the_ids_of_what_changes_its_category_or_class(
    any_setup: Setup, smiling: Path
) -> None:
    """Values come in their new form at once; a category that Home Assistant knows changes when its MQTT is reloaded."""
    client = any_setup.client
    config = Config.model_validate({"mqtt": {"host": "broker"}, "node": {"id": "scullery"}})
    topics = Topics.of(config)
    vocabulary = Vocabulary.of(read_card(model_path("attributes")))
    table = entities(config, vocabulary)
    discovery = discovery_payload(config.node, topics, table, Machine())
    # As the release before these rows got a category or class announced them.
    del discovery["components"]["privacy"]["entity_category"]
    for key in ("camera_fault", "last_failure"):
        for fact in ("device_class", "options", "json_attributes_topic"):
            discovery["components"][key].pop(fact, None)
    discovery["components"]["face_count"]["state_class"] = "measurement"
    caution = discovery["components"]["threshold_offset"]
    for fact in ("unit_of_measurement", "mode", "command_template"):
        del caution[fact]
    caution |= {"min": -0.4, "max": 0.4, "step": 0.01, "name": "Confidence threshold offset"}
    caution["value_template"] = "{{ value_json['threshold_offset'] }}"
    with any_setup.overhear(topics.discovery) as owner:
        owner.publish(topics.discovery, json.dumps(discovery), retain=True)

    def category() -> str | None:
        device = client.devices().get("facet_scullery")
        found = client.registered(device["id"]) if device else {}
        entry = found.get("switch.scullery_privacy")
        return f"{entry['entity_category']}" if entry else None

    wait_for(lambda: category() == "None", "the previous release is known")
    before = client.registered(client.devices()["facet_scullery"]["id"])
    with any_setup.node("scullery", smiling):
        client.expect("sensor.scullery_camera_fault", "none")
        client.post(f"/api/config/config_entries/entry/{any_setup.entry}/reload")
        wait_for(lambda: category() == "config", "the category is the new one")
        any_setup.expect_available("scullery")
        after = client.registered(client.devices()["facet_scullery"]["id"])
        assert {k: row["id"] for k, row in before.items()} == {
            k: row["id"] for k, row in after.items()
        }
        client.expect("sensor.scullery_camera_fault", "none")
        client.act("button.press", entity_id="button.scullery_capture")
        client.expect("sensor.scullery_face_count", "1")
        client.act("number.set_value", entity_id="number.scullery_threshold_offset", value=40)
        client.expect("number.scullery_threshold_offset", "40.0")


@pytest.mark.parametrize("home", ["session_newest", "session_floor"])
def test_a_wrong_payload_would_be_noticed(home: str, request: pytest.FixtureRequest) -> None:
    """All these tests rely on this: Home Assistant logs a warning, and it is found."""
    setup: Setup = request.getfixturevalue(home)
    before = len(setup.home.complaints())
    topic = "homeassistant/device/wrong/config"
    with setup.overhear("homeassistant/#") as node:
        # Retained: a Home Assistant that has just started may not have subscribed yet.
        node.publish(topic, '{"device": {}, "components": {}}', retain=True)
        wait_for(lambda: len(setup.home.complaints()) > before, "a complaint")
        node.publish(topic, "", retain=True)
    assert "homeassistant.components.mqtt" in setup.home.complaints()[before]
