"""Somebody who is enrolled, as a device of Home Assistant's: the same payload from each node. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from device.config.sections.node import Language
from device.discovery.message import ComponentJson, DiscoveryJson
from device.discovery.payload import entity, known
from device.discovery.templates import sighting_template
from device.entities.kinds import Readable, Sensor
from device.entities.person_device import PERSON_DEVICE, RecentSensor, Sighting
from device.entities.translation import translated
from device.mqtt.topics import Topics
from device.people.person import Person


def person_payload(person: Person, topics: Topics, language: Language) -> DiscoveryJson:
    """Return the payload for Topics.person_discovery.

    It names no node and no version: whichever node announces the person, Home Assistant receives the same. Without an
    availability, because where somebody was seen last stays true while no node is there.

    Args:
        person: whose.
        topics: of any node.
        language: of the entities' names.
    """
    unique = _unique(person.id)
    slug = _slug(person)
    return {
        "device": {
            "identifiers": [unique],
            "connections": [],
            "name": person.name,
            "manufacturer": "Facet",
            "model": "Person",
        },
        "origin": {"name": "facet"},
        "components": {
            row.key: known(
                {
                    **entity(row, f"{unique}_{row.key}", f"{row.platform}.{slug}_{row.key}"),
                    **_of_kind(row),
                    "value_template": sighting_template(row),
                    "state_topic": topics.person(person.id),
                }
            )
            for row in translated(PERSON_DEVICE, language)
        },
    }


def person_ghost(person: str, topics: Topics) -> DiscoveryJson:
    """Return the least payload by which Home Assistant knows somebody again whom it has met before its last start.

    Args:
        person: the id; the name is forgotten.
        topics: of any node.
    """
    unique = _unique(person)
    return _goodbye(
        person,
        {
            row.key: {
                "platform": row.platform.value,
                "unique_id": f"{unique}_{row.key}",
                "state_topic": topics.person(person),
            }
            for row in PERSON_DEVICE
        },
    )


def person_farewell(person: str) -> DiscoveryJson:
    """Return the payload with which Home Assistant removes the entities of somebody, and with the last one the device.

    An empty payload alone is not enough for older versions, among them 2024.11: they look for the entities of a device
    whose topic has a folder under another id.
    """
    return _goodbye(person, {row.key: {"platform": row.platform.value} for row in PERSON_DEVICE})


def _goodbye(person: str, components: dict[str, ComponentJson]) -> DiscoveryJson:
    return {
        "device": {"identifiers": [_unique(person)], "connections": []},
        "origin": {"name": "facet"},
        "components": components,
    }


def _unique(person: str) -> str:
    return f"facet_person_{person}"


def _of_kind(row: Readable[Sighting]) -> dict[str, Any]:
    match row:
        case RecentSensor():
            return {"device_class": row.device_class, "off_delay": row.minutes * 60}
        case Sensor():
            return {"device_class": row.device_class}
        case _:
            return {}


def _slug(person: Person) -> str:
    """Return the name in the characters of entity ids; the id where none of its letters can be written so."""
    plain = unicodedata.normalize("NFKD", person.name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or f"person_{person.id}"
