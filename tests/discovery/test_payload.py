"""The discovery payload: what Home Assistant since 2024.11 accepts, and nothing it would reject."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from device.config import Config
from device.discovery.payload import discovery_payload, entity_id
from device.discovery.templates import value_template
from device.entities.device_triggers import AttributeTrigger
from device.entities.kinds import Platform
from device.entities.table import CATALOGUE, CELEBA, LABELS, entities
from device.mqtt.topics import Topics
from device.system.compact_json import compact
from device.system.machine import Machine

# Known at the root by every Home Assistant since 2024.11; another key there makes it reject the device.
_ROOT = {
    "device", "origin", "components", "availability", "availability_mode", "payload_available",
    "payload_not_available", "state_topic", "command_topic", "qos", "encoding",
}  # fmt: skip
# Home Assistant's schemas of "device" and "origin".
_DEVICE = {
    "identifiers", "connections", "manufacturer", "model", "model_id", "name", "hw_version",
    "sw_version", "serial_number", "via_device", "suggested_area", "configuration_url",
}  # fmt: skip
_ORIGIN = {"name", "sw_version", "support_url"}
# What Home Assistant requires of each platform, beyond platform and unique_id.
_LEAST = {
    Platform.BINARY_SENSOR: {"state_topic"},
    Platform.SENSOR: {"state_topic"},
    Platform.EVENT: {"state_topic", "event_types"},
    Platform.BUTTON: {"command_topic"},
    Platform.SWITCH: {"command_topic"},
    Platform.NUMBER: {"command_topic"},
    Platform.SELECT: {"command_topic", "options"},
    Platform.IMAGE: {"image_topic"},
    Platform.UPDATE: {"state_topic"},
}
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


MACHINE = Machine(
    model="Raspberry Pi 4 Model B Rev 1.5",
    serial_number="10000000abcdef01",
    model_id="raspberrypi,4-model-b",
    revision="c03115",
    mac_address="dc:a6:32:01:02:03",
)


def configured(**node: object) -> Config:
    """A node with a button, a motion sensor and pictures, so that every row is there."""
    sections: dict[str, Any] = {
        "mqtt": {"host": "broker"},
        "triggers": {"motion": {"pin": 4}, "button": {"pin": 17}},
        "privacy": {"picture": "full"},
    }
    return Config.model_validate({**sections, "node": node})


def payload(config: Config, removed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The payload as Home Assistant would parse it."""
    table = entities(config, CELEBA)
    made = discovery_payload(config.node, Topics.of(config), table, MACHINE, removed)
    parsed: dict[str, Any] = json.loads(compact(made))
    return parsed


COMPONENTS: dict[str, dict[str, Any]] = payload(configured(id="hall"))["components"]
TABLE = {row.key: row for row in entities(configured(id="hall"), CELEBA)}

TRIGGERS = {key for key, row in TABLE.items() if row.platform is Platform.DEVICE_TRIGGER}
ENTITIES = {key: made for key, made in COMPONENTS.items() if key not in TRIGGERS}

each_component = pytest.mark.parametrize(("key", "component"), ENTITIES.items(), ids=ENTITIES)


def test_root_device_and_origin_have_only_keys_that_every_version_knows() -> None:
    """An unknown key in one of the three makes Home Assistant reject everything."""
    made = payload(configured(id="hall", suggested_area="Hall", publish_mac_address=True))
    assert set(made) <= _ROOT
    assert set(made["device"]) <= _DEVICE
    assert set(made["origin"]) <= _ORIGIN


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
    """The component's own list replaces the root's; the mode is inherited."""
    made = payload(configured(id="hall"))
    assert made["availability_mode"] == "all"
    assert made["availability"] == [{"topic": "facet/hall/status"}]
    both = [{"topic": "facet/hall/status"}, {"topic": "facet/hall/camera/status"}]
    for key, component in made["components"].items():
        # The picture also depends on there being one.
        more = [{"topic": "facet/hall/picture/status"}] if key == "picture" else []
        expected = both + more if TABLE[key].needs_camera else None
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


def test_removed_components_are_mere_platforms() -> None:
    """That makes Home Assistant remove one."""
    made = payload(configured(), {"dimples": "binary_sensor"})
    assert made["components"]["dimples"] == {"platform": "binary_sensor"}


@pytest.mark.parametrize("platform", [p for p in Platform if p is not Platform.DEVICE_TRIGGER])
def test_a_component_that_should_be_met_and_forgotten_has_what_its_platform_requires(
    platform: Platform,
) -> None:
    """And its old id; it is not disabled, because old versions would keep what is."""
    config = configured()
    payload = discovery_payload(
        config.node, Topics.of(config), (), Machine(), ghosts={"gone": platform.value}
    )
    component = payload["components"]["gone"]
    assert _LEAST[platform] <= set(component)
    assert component["unique_id"] == f"facet_{config.node.id}_gone"
    assert "enabled_by_default" not in component


@pytest.mark.parametrize("platform", [Platform.SWITCH, Platform.NUMBER, Platform.SELECT])
def test_a_component_that_should_be_forgotten_has_another_state(platform: Platform) -> None:
    """Home Assistant would go on to listen to the one that it had."""
    config = configured()
    payload = discovery_payload(
        config.node, Topics.of(config), (), Machine(), ghosts={"gone": platform.value}
    )
    assert payload["components"]["gone"]["state_topic"] == f"facet/{config.node.id}/set/gone"


def test_a_device_trigger_is_not_met_to_be_forgotten() -> None:
    """Home Assistant keeps none over its restarts."""
    config = configured()
    ghosts = {"gone": Platform.DEVICE_TRIGGER.value, "odd": "light"}
    payload = discovery_payload(config.node, Topics.of(config), (), Machine(), ghosts=ghosts)
    assert payload["components"] == {}


def test_discovery_has_a_topic_of_the_node_below_the_prefix() -> None:
    """Device-based discovery, under the configured prefix."""
    assert Topics("facet", "hall", "ha").discovery == "ha/device/hall/config"


@given(st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True))
def test_every_node_id_makes_entity_ids_that_home_assistant_allows(node_id: str) -> None:
    """Lower case letters, digits and single underscores, none of them at an end."""
    row = next(row for row in CATALOGUE if row.key == "face_count")
    domain, name = entity_id(row, node_id).split(".")
    assert domain == "sensor"
    assert name.strip("_") == name
    assert name.endswith("face_count")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert "__" not in name


_NAMES = st.text(min_size=1, max_size=64)
_LEVELS = st.from_regex(r"[A-Za-z0-9_.-]{1,12}(/[A-Za-z0-9_.-]{1,12}){0,2}", fullmatch=True)


@given(
    node_id=st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    name=_NAMES,
    area=st.none() | _NAMES,
    base=_LEVELS,
    prefix=_LEVELS,
    disabled=st.sets(st.sampled_from(sorted(LABELS))),
)
def test_every_configuration_comes_back_from_its_payload(
    node_id: str, name: str, area: str | None, base: str, prefix: str, disabled: set[str]
) -> None:
    """Read as Home Assistant reads it: the names as written, each entity once, each topic the node's own."""
    mqtt = {"host": "broker", "base_topic": base, "discovery_prefix": prefix}
    sections: dict[str, Any] = {
        "mqtt": mqtt,
        "attributes": {"disabled": sorted(disabled)},
        "triggers": {"motion": {"pin": 4}},
    }
    try:
        config = Config.model_validate(
            {**sections, "node": {"id": node_id, "name": name, "suggested_area": area}}
        )
    except ValidationError:
        # Not every text is a name; what the configuration rejects is never announced.
        return
    topics = Topics.of(config)
    table = {row.key: row for row in entities(config, CELEBA)}
    made = payload(config)
    assert made["device"]["name"] == config.node.name
    assert made["device"].get("suggested_area") == config.node.suggested_area
    components = made["components"]
    assert set(components) == set(table)
    assert not {key for key, row in table.items() if getattr(row, "attribute", None) in disabled}
    identified = [c["unique_id"] for c in components.values() if "unique_id" in c]
    assert len(set(identified)) == len(identified) > 0
    for key, component in components.items():
        if "command_topic" in component:
            assert topics.command_key(component["command_topic"]) == key
        for topic in (component.get("state_topic"), component.get("command_topic")):
            assert topic is None or topic.startswith(f"{base}/{node_id}/")


def test_an_attribute_that_is_not_published_is_unknown_to_whoever_enables_it() -> None:
    """Its key is in no document, and Home Assistant would warn of that."""
    row = next(row for row in CATALOGUE if row.key == "young")
    assert value_template(row) == "{{ value_json.get('young') }}"
