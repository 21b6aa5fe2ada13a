"""The components of the discovery payload: each has what its platform needs, and nothing that is rejected."""

from __future__ import annotations

from typing import Any

import pytest

from device.config import Config
from device.discovery.templates import value_template
from device.entities.device_triggers import AttributeTrigger
from device.entities.kinds import Platform
from device.entities.table import CATALOGUE, CELEBA, entities
from tests.discovery.payloads import configured, payload

# What each component of the table has.
_REQUIRED = {
    Platform.BINARY_SENSOR: {"state_topic"},
    Platform.SENSOR: {"state_topic"},
    Platform.EVENT: {"state_topic", "event_types"},
    Platform.BUTTON: {"command_topic"},
    Platform.SWITCH: {"command_topic", "state_topic"},
    Platform.NUMBER: {"command_topic", "state_topic", "min", "max", "step"},
    Platform.SELECT: {"command_topic", "state_topic", "options"},
    Platform.IMAGE: {"image_topic", "content_type"},
    Platform.TEXT: {"command_topic", "state_topic", "max"},
    Platform.UPDATE: {"state_topic", "value_template"},
}
_TRIGGER = {
    "platform",
    "automation_type",
    "type",
    "subtype",
    "topic",
    "payload",
    "value_template",
    "qos",
}

COMPONENTS: dict[str, dict[str, Any]] = payload(configured(id="hall"))["components"]
TABLE = {row.key: row for row in entities(configured(id="hall"), CELEBA)}

TRIGGERS = {key for key, row in TABLE.items() if row.platform is Platform.DEVICE_TRIGGER}
ENTITIES = {key: made for key, made in COMPONENTS.items() if key not in TRIGGERS}

each_component = pytest.mark.parametrize(("key", "component"), ENTITIES.items(), ids=ENTITIES)


def test_an_update_has_the_name_of_what_is_installed() -> None:
    """The software's own; the network has none but the entity's, in the owner's language."""
    assert COMPONENTS["software"]["title"] == "Facet"
    updates = {"index": "/srv/index.json"}
    sections = {"mqtt": {"host": "broker"}, "node": {"language": "de"}, "updates": updates}
    german = payload(Config.model_validate(sections))["components"]
    assert german["attribute_network"]["title"] == "Attributnetz"


@pytest.mark.parametrize("key", sorted(TRIGGERS))
def test_a_device_trigger_fires_on_the_event(key: str) -> None:
    """It hears what is never retained, or it would fire at each start of Home Assistant."""
    component = COMPONENTS[key]
    assert set(component) == _TRIGGER
    assert component["topic"] == "facet/hall/event"
    expected = ("button_short_press", "button")
    if isinstance(TABLE[key], AttributeTrigger):
        expected = ("detected", key.removesuffix("_detected"))
    assert (component["type"], component["subtype"]) == expected


def test_every_row_is_a_component_under_its_key() -> None:
    """One table, one payload."""
    assert list(COMPONENTS) == list(TABLE)


@each_component
def test_a_component_has_what_its_platform_requires(key: str, component: dict[str, Any]) -> None:
    """Platform and unique id, or the whole payload is rejected; the rest, or the component is."""
    required = {"platform", "unique_id"} | _REQUIRED[TABLE[key].platform]
    assert required <= set(component)
    assert component["unique_id"] == f"facet_hall_{key}"


@each_component
def test_a_component_asks_for_an_entity_id_with_its_domain(
    key: str, component: dict[str, Any]
) -> None:
    """Without the domain, or without the id, the suggested area would be put in front of it."""
    assert component["default_entity_id"] == f"{component['platform']}.hall_{key}"
    assert component["object_id"] == f"hall_{key}", "for Home Assistant before 2025.10"


@each_component
def test_a_component_has_its_own_quality_of_service(key: str, component: dict[str, Any]) -> None:
    """Home Assistant before 2026.6 ignores the one at the root."""
    assert component["qos"] == 1, key


@each_component
def test_a_component_has_no_combination_that_is_rejected(
    key: str, component: dict[str, Any]
) -> None:
    """Options go with the enum class alone, bounds are ordered, diagnostics are not for control."""
    is_enum = component.get("device_class") == "enum" or component["platform"] == "select"
    assert is_enum == ("options" in component), key
    if is_enum:
        assert not {"state_class", "unit_of_measurement"} & set(component)
    if component["platform"] == "number":
        assert component["min"] < component["max"]
    if component["platform"] in {"sensor", "binary_sensor"}:
        assert component.get("entity_category") != "config"


def test_events_are_documents_as_they_are_and_have_their_class() -> None:
    """Home Assistant demands "ring" of a doorbell; only the observation is too long for its recorder."""
    doorbell, seen = COMPONENTS["doorbell"], COMPONENTS["seen"]
    assert doorbell["device_class"] == "doorbell"
    assert doorbell["event_types"] == ["ring"]
    assert doorbell["state_topic"] == "facet/hall/pressed"
    assert "Eyeglasses" in seen["event_types"]
    assert "device_class" not in seen
    assert seen["state_topic"] == "facet/hall/seen"
    templated = {
        k for k, c in COMPONENTS.items() if c["platform"] == "event" and "value_template" in c
    }
    assert templated == {"observation"}


def test_what_needs_the_camera_is_available_with_node_and_camera() -> None:
    """The component's own list replaces the root's; the mode is inherited.

    Each entry has its payloads, or Home Assistant may lose an entity at its first discovery.
    """
    made = payload(configured(id="hall"))
    assert made["availability_mode"] == "all"
    node, camera, picture = (
        {
            "topic": f"facet/hall/{of}",
            "payload_available": "online",
            "payload_not_available": "offline",
        }
        for of in ("status", "camera/status", "picture/status")
    )
    assert made["availability"] == [node]
    for key, component in made["components"].items():
        # The picture also depends on there being one.
        more = [picture] if key == "picture" else []
        expected = [node, camera, *more] if TABLE[key].needs_camera else None
        assert component.get("availability") == expected


def test_what_has_words_for_people_has_attributes() -> None:
    """Home Assistant reads them from the same document."""
    for key in ("last_result", "camera_fault", "hair_color", "facial_hair"):
        assert COMPONENTS[key]["json_attributes_topic"] == COMPONENTS[key]["state_topic"]
    assert "json_attributes_topic" not in COMPONENTS["software"], "its words are in its state"


def test_subjective_attributes_are_disabled_by_default() -> None:
    """And only those say so."""
    shy = {key for key, component in COMPONENTS.items() if "enabled_by_default" in component}
    assert shy == {row.key for row in TABLE.values() if not row.is_enabled_by_default}
    assert COMPONENTS["attractive"]["enabled_by_default"] is False


def test_an_attribute_that_is_not_published_is_unknown_to_whoever_enables_it() -> None:
    """Its key is in no document, and Home Assistant would warn of that."""
    row = next(row for row in CATALOGUE if row.key == "young")
    assert value_template(row) == "{{ value_json.get('young') }}"
