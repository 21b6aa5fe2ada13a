"""The table of entities as Home Assistant's device-based discovery payload. Pure.

Only root keys that every Home Assistant since 2024.11 knows: because of an unknown one it rejects the whole device. The
quality of service is set on each component, because older versions ignore it at the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import device
from device.discovery.ghosts import ghost, unique_id
from device.discovery.message import AboutJson, AvailabilityJson, ComponentJson, DiscoveryJson
from device.discovery.templates import (
    attributes_template,
    command_template,
    shown_number,
    value_template,
)
from device.entities.commands import takes_commands
from device.entities.device_triggers import AttributeTrigger, SourceTrigger
from device.entities.documents import EVENT
from device.entities.kinds import (
    INSTALL,
    ON,
    Button,
    Event,
    Image,
    Number,
    Readable,
    Row,
    Select,
    Sensor,
)
from device.entities.roster_kinds import Choice, Text
from device.entities.update import Update
from device.mqtt.topics import OFFLINE, ONLINE, Topics
from device.system.machine import Machine

if TYPE_CHECKING:
    from device.config import NodeSettings

_QOS = 1


def discovery_payload(
    node: NodeSettings,
    topics: Topics,
    table: Iterable[Row],
    machine: Machine,
    removed: Mapping[str, str] | None = None,
    ghosts: Mapping[str, str] | None = None,
) -> DiscoveryJson:
    """Return the payload for Topics.discovery.

    Args:
        node: its id, name, area and page.
        topics: the node's.
        table: its entities.
        machine: what it runs on.
        removed: platforms by key of components that Home Assistant should remove; published once and then left out.
        ghosts: platforms by key of components that Home Assistant should add, so that it can remove them afterwards.
    """
    mac = machine.mac_address
    about: dict[str, Any] = {
        "identifiers": [f"facet_{node.id}"],
        # Home Assistant joins devices that have one in common.
        "connections": [["mac", mac]] if node.publish_mac_address and mac is not None else [],
        "name": node.name,
        "manufacturer": "Facet",
        "model": machine.model or "Facial attribute sensor",
        "model_id": machine.model_id,
        "hw_version": machine.revision,
        "serial_number": machine.serial_number,
        "sw_version": device.__version__,
        "configuration_url": node.configuration_url,
        "suggested_area": node.suggested_area,
    }
    components: dict[str, ComponentJson] = {
        key: {"platform": platform} for key, platform in (removed or {}).items()
    }
    met = {key: ghost(key, platform, topics) for key, platform in (ghosts or {}).items()}
    components |= {key: component for key, component in met.items() if component is not None}
    components |= {row.key: _component(row, node.id, topics) for row in table}
    return {
        "device": cast("AboutJson", known(about)),
        "origin": {"name": "facet", "sw_version": device.__version__},
        "availability": [_availability(topics.status)],
        "availability_mode": "all",
        "components": components,
    }


def _component(row: Row, node_id: str, topics: Topics) -> dict[str, Any]:
    if isinstance(row, AttributeTrigger | SourceTrigger):
        return _device_trigger(row, topics)
    component = {
        **entity(row, unique_id(node_id, row.key), entity_id(row, node_id)),
        **_of_platform(row, topics),
    }
    if isinstance(row, Readable | Event):
        component["state_topic"] = topics.document(row.document)
    if isinstance(row, Readable) and row.has_attributes:
        component["json_attributes_topic"] = topics.document(row.document)
        component["json_attributes_template"] = attributes_template(row)
    if takes_commands(row):
        component["command_topic"] = topics.command(row.key)
        component["command_template"] = command_template(row)
    if not row.is_enabled_by_default:
        component["enabled_by_default"] = False
    if conditions := _conditions(row, topics):
        # The root's availability_mode makes it "all" of these.
        component["availability"] = [_availability(each) for each in (topics.status, *conditions)]
    return known(component)


def entity(row: Row, unique: str, wanted_id: str) -> dict[str, Any]:
    """Return the keys that a component of each platform has; None for those that it lacks.

    Args:
        row: of the component.
        unique: by which Home Assistant knows the entity, whatever its owner calls it.
        wanted_id: the entity's, with its domain.
    """
    return {
        "platform": row.platform.value,
        "unique_id": unique,
        # With its domain, or Home Assistant would put the suggested area into the entity's id.
        "default_entity_id": wanted_id,
        # The same for versions before 2025.10; later ones ignore it when the other is present.
        "object_id": wanted_id.partition(".")[2],
        "name": row.name,
        "icon": row.icon,
        "entity_category": row.category and row.category.value,
        "value_template": value_template(row),
        "qos": _QOS,
    }


def _availability(topic: str) -> AvailabilityJson:
    """Return the condition that a topic says online.

    The payloads are Home Assistant's defaults. They are given nevertheless: while it loads a platform in another
    thread, the check that adds the defaults can be skipped, and an entity without them is lost with a KeyError
    (voluptuous compiles its ``All`` anew, in place, for each schema that contains it).
    """
    return {"topic": topic, "payload_available": ONLINE, "payload_not_available": OFFLINE}


def _conditions(row: Row, topics: Topics) -> list[str]:
    """Return the topics that a row's availability depends on, in addition to the node's status."""
    conditions = [topics.camera_status] if row.needs_camera else []
    if isinstance(row, Image):
        conditions.append(topics.picture_status)
    return conditions


def _of_platform(row: Row, topics: Topics) -> dict[str, Any]:
    """Return the keys that only a row's platform has."""
    match row:
        case Sensor():
            return {
                "device_class": row.device_class,
                "unit_of_measurement": row.unit,
                "state_class": row.state_class,
                "suggested_display_precision": row.precision,
                "options": list(row.options) or None,
            }
        case Number() | Text():
            return _bounds(row)
        case Select() | Choice():
            return {"device_class": row.device_class, "options": list(row.options)}
        case Update():
            return {
                "device_class": row.device_class,
                "title": row.title or row.name,
                "payload_install": INSTALL if row.is_installable else None,
            }
        case Event():
            return {"device_class": row.device_class, "event_types": list(row.types)}
        case Image():
            return {"image_topic": topics.picture, "content_type": "image/jpeg"}
        case Readable() | Button():
            return {"device_class": row.device_class}
        case _:
            return {}


def _bounds(row: Number | Text) -> dict[str, Any]:
    if isinstance(row, Text):
        # An empty one is none, and allowed.
        return {"min": 0, "max": row.longest}
    return {
        "device_class": row.device_class,
        "unit_of_measurement": "%" if row.is_fraction else row.unit,
        "min": shown_number(row, row.minimum),
        "max": shown_number(row, row.maximum),
        "step": shown_number(row, row.step),
        "mode": "slider" if row.is_fraction else None,
    }


def _device_trigger(row: AttributeTrigger | SourceTrigger, topics: Topics) -> dict[str, Any]:
    """Return what Home Assistant shows as, for instance, '"eyeglasses" detected'; it is not an entity and has no id."""
    match row:
        case AttributeTrigger():
            kind = "detected"
        case SourceTrigger():
            kind = f"{row.source}_short_press"
    return {
        "platform": row.platform.value,
        "automation_type": "trigger",
        "type": kind,
        "subtype": row.name,
        "topic": topics.document(EVENT),
        "value_template": value_template(row),
        "payload": ON,
        "qos": _QOS,
    }


def known(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts without those that are None: Home Assistant takes no null."""
    return {key: value for key, value in facts.items() if value is not None}


def entity_id(row: Row, node_id: str) -> str:
    """Return the id that Home Assistant is asked to give an entity, in the characters that it allows."""
    name = re.sub(r"[^a-z0-9]+", "_", f"{node_id}_{row.key}".lower()).strip("_")
    return f"{row.platform}.{name}"
