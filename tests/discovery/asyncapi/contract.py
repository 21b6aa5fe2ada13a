"""docs/asyncapi.yaml as a judge of messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator, FormatChecker

from device.mqtt.waiting_event import DeliveryJson

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "asyncapi.yaml"
DELIVERY: DeliveryJson = {
    "occurred_at": "2026-11-24T18:02:11.402+00:00",
    "delivered_at": "2026-11-24T18:02:11.431+00:00",
    "waited": 0.029,
    "time_uncertain": False,
    "repeated": False,
}
"""What the sender adds to an event."""
_FORMATS = FormatChecker(())


@_FORMATS.checks("date-time", ValueError)
def _has_a_zone(found: object) -> bool:
    return not isinstance(found, str) or datetime.fromisoformat(found).tzinfo is not None


class Contract:
    """What the document says of topics and payloads."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
        self.channels: Mapping[str, Any] = self.document["channels"]
        self._patterns = {name: _pattern(each["address"]) for name, each in self.channels.items()}

    @property
    def retained(self) -> set[str]:
        """The channels on which the node leaves something with the broker."""
        return {
            operation["channel"]["$ref"].rpartition("/")[2]
            for operation in self.document["operations"].values()
            if operation["bindings"]["mqtt"].get("retain")
        }

    def channel(self, topic: str) -> str | None:
        """Return the channel of a topic; None for one that the document does not know."""
        return next((name for name, each in self._patterns.items() if each.fullmatch(topic)), None)

    def faults(self, topic: str, payload: bytes) -> list[str]:
        """Return what is wrong with a message."""
        name = self.channel(topic)
        if name is None:
            return [f"{topic}: no such channel"]
        if not payload:
            is_known = "cleared" in self.channels[name]["messages"]
            return [] if is_known else [f"{topic}: it may not be empty"]
        content_type = self.document["components"]["messages"][name]["contentType"]
        value = json.loads(payload) if content_type == "application/json" else _text(payload)
        return [f"{topic}: {fault}" for fault in self.judge(name, value)]

    def judge(self, name: str, value: object) -> Iterator[str]:
        """Yield what is wrong with the content of a channel's message."""
        schema = {
            "$ref": f"#/components/messages/{name}/payload",
            "components": self.document["components"],
        }
        for error in Draft7Validator(schema, format_checker=_FORMATS).iter_errors(value):
            yield f"{error.json_path}: {error.message}"


def _pattern(address: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", "[^/]+", re.escape(address)))


def _text(payload: bytes) -> str:
    """Return a payload as the text that a schema judges; each byte of a picture is a character."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.decode("latin-1")
