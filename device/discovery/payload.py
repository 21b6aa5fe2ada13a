"""The table of entities as Home Assistant's device-based discovery payload. Pure.

Only root keys that every Home Assistant since 2024.11 knows: an unknown one makes it refuse the
whole device. The quality of service stands on each component, because older versions ignore it at
the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import device
from device.entities.kinds import INSTALL, ON, Document, Entity, Platform
from device.mqtt.topics import OFFLINE, ONLINE, Topics
from device.system.machine import Machine

if TYPE_CHECKING:
    from device.config import NodeSettings

_QOS = 1


def discovery_payload(
    node: NodeSettings,
    topics: Topics,
    table: Iterable[Entity],
    machine: Machine,
    removed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the payload for Topics.discovery.

    Args:
        node: its id, name, area and page.
        topics: the node's.
        table: its entities.
        machine: what it runs on.
        removed: platforms by key of components that Home Assistant should forget; to be published
            once and then left out.
    """
    about: dict[str, Any] = {
        "identifiers": [f"facet_{node.id}"],
        "name": node.name,
        "manufacturer": "Facet",
        "model": machine.model or "Facial attribute sensor",
        "serial_number": machine.serial_number,
        "sw_version": device.__version__,
        "configuration_url": node.configuration_url,
        "suggested_area": node.suggested_area,
    }
    components = {key: {"platform": platform} for key, platform in (removed or {}).items()}
    components |= {entity.key: _component(entity, node.id, topics) for entity in table}
    return {
        "device": _known(about),
        "origin": {"name": "facet", "sw_version": device.__version__},
        "availability": [{"topic": topics.status}],
        "availability_mode": "all",
        "payload_available": ONLINE,
        "payload_not_available": OFFLINE,
        "components": components,
    }


def _component(entity: Entity, node_id: str, topics: Topics) -> dict[str, Any]:
    if entity.platform is Platform.DEVICE_TRIGGER:
        return _device_trigger(entity, topics)
    component: dict[str, Any] = {
        "platform": entity.platform.value,
        "unique_id": f"facet_{node_id}_{entity.key}",
        # With its domain, or Home Assistant would put the suggested area into the entity's id.
        "default_entity_id": entity_id(entity, node_id),
        # The same for versions before 2025.10; later ones take no notice of it beside the other.
        "object_id": entity_id(entity, node_id).partition(".")[2],
        "name": entity.name,
        "icon": entity.icon,
        "device_class": entity.device_class,
        "entity_category": entity.category and entity.category.value,
        "unit_of_measurement": entity.unit,
        "state_class": entity.state_class,
        "suggested_display_precision": entity.precision,
        "value_template": entity.value_template,
        "qos": _QOS,
    }
    if entity.document is not None:
        component["state_topic"] = topics.document(entity.document)
    if entity.platform is Platform.IMAGE:
        component |= {"image_topic": topics.picture, "content_type": "image/jpeg"}
    if entity.takes_commands:
        component["command_topic"] = topics.command(entity.key)
    if entity.can_install:
        component["payload_install"] = INSTALL
    if entity.platform is Platform.NUMBER:
        component |= {"min": entity.minimum, "max": entity.maximum, "step": entity.step}
    if entity.options:
        key = "event_types" if entity.platform is Platform.EVENT else "options"
        component[key] = list(entity.options)
    if not entity.enabled_by_default:
        component["enabled_by_default"] = False
    if entity.needs_camera:
        # The root's availability_mode makes it "all" of these.
        component["availability"] = [{"topic": topics.status}, {"topic": topics.camera_status}]
    return _known(component)


def _device_trigger(trigger: Entity, topics: Topics) -> dict[str, Any]:
    """Return what Home Assistant shows as, for instance, '"eyeglasses" detected'; it is no entity and has no id."""
    return {
        "platform": trigger.platform.value,
        "automation_type": "trigger",
        "type": "detected" if trigger.attribute else f"{trigger.source}_short_press",
        "subtype": trigger.name,
        "topic": topics.document(Document.EVENT),
        "value_template": trigger.value_template,
        "payload": ON,
        "qos": _QOS,
    }


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value is not None}


def entity_id(entity: Entity, node_id: str) -> str:
    """Return the id that Home Assistant is asked to give an entity, in the letters it allows."""
    name = re.sub(r"[^a-z0-9]+", "_", f"{node_id}_{entity.key}".lower()).strip("_")
    return f"{entity.platform}.{name}"
