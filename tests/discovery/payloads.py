"""The discovery payload of a node with every entity, as Home Assistant would parse it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from device.config import Config
from device.discovery.payload import discovery_payload
from device.entities.table import CELEBA, entities
from device.mqtt.topics import Topics
from device.system.compact_json import compact
from tests.boards import RASPBERRY_PI


def configured(**node: object) -> Config:
    """A node with a button, a motion sensor, pictures and people, so that every row is there."""
    sections: dict[str, Any] = {
        "mqtt": {"host": "broker"},
        "triggers": {"motion": {"pin": 4}, "button": {"pin": 17}},
        "privacy": {"picture": "full"},
        "people": {"enabled": True},
    }
    return Config.model_validate({**sections, "node": node})


def payload(config: Config, removed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The payload as Home Assistant would parse it."""
    table = entities(config, CELEBA)
    made = discovery_payload(config.node, Topics.of(config), table, RASPBERRY_PI, removed)
    parsed: dict[str, Any] = json.loads(compact(made))
    return parsed
