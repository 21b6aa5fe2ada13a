"""The discovery payload as a whole: what Home Assistant since 2024.11 accepts, and how it forgets a component."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from device.config import Config
from device.discovery.payload import discovery_payload, entity_id
from device.entities.kinds import Platform
from device.entities.table import CATALOGUE, CELEBA, LABELS, entities
from device.mqtt.topics import Topics
from device.system.machine import Machine
from tests.discovery.payloads import configured, payload

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
    Platform.TEXT: {"command_topic"},
    Platform.IMAGE: {"image_topic"},
    Platform.UPDATE: {"state_topic"},
}


def test_root_device_and_origin_have_only_keys_that_every_version_knows() -> None:
    """An unknown key in one of the three makes Home Assistant reject everything."""
    made = payload(configured(id="hall", suggested_area="Hall", publish_mac_address=True))
    assert set(made) <= _ROOT
    assert set(made["device"]) <= _DEVICE
    assert set(made["origin"]) <= _ORIGIN


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
