"""Observations of a fleet, as its nodes publish them: made by the node's own types, table and sender."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from device.config import Config
from device.entities.documents import EVENT, happened
from device.entities.table import CELEBA, entities
from device.mqtt.outbox import Outbox
from device.mqtt.sender import OutboxSender
from device.mqtt.waiting_event import Event
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    Fact,
    Observation,
    Reason,
    Source,
)
from device.people.identity import Identity, Named, Recognition
from device.system.clock import Reading
from device.system.compact_json import compact
from tests.transport import RecordingTransport

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA, BEN = Named("11111111-0000-7000-8000-000000000001", "Anna Ö."), Named("ben", "Ben")
_TABLE = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)


def known(person: Named) -> Identity:
    """The fact that somebody is known."""
    return Identity(Recognition.KNOWN, (person,), person, 0.7, 0.3, 1.0)


def face(attributes: Mapping[str, bool], identity: Identity | None = None) -> Face:
    """A face that has or lacks attributes."""
    judged = {name: Attribute(0.9 if has else 0.1, present=has) for name, has in attributes.items()}
    facts: dict[str, Fact] = {"attributes": FaceAttributes(judged, "brown", None)}
    if identity is not None:
        facts["recognition"] = identity
    box = Box(10, 20, 100, 120)
    return Face(box, np.zeros((6, 2), np.float32), 0.9, 0.8, primary=True, facts=facts)


def observation(
    *faces: Face,
    node: str = "hall",
    at: datetime = DAY,
    reason: Reason | None = None,
    total: float = 134.0,
) -> Observation:
    """An observation of these faces; of none it has a reason."""
    return Observation(
        node=node,
        trigger=Source.BUTTON,
        triggered_at=at,
        captured_at=at + timedelta(milliseconds=29),
        reason=reason if faces or reason else Reason.NO_FACE,
        faces=faces,
        face_count=len(faces),
        timings={"capture": 12.1, "total": total},
    )


def published(seen: Observation, base_topic: str = "facet") -> tuple[str, bytes]:
    """Return the topic and the payload with which a node publishes an observation."""
    transport = RecordingTransport()
    topic = f"{base_topic}/{seen.node}/event"
    (content,) = happened(EVENT, _TABLE, seen)
    event = Event(seen.event_id, seen.triggered_at, compact(content))
    with Outbox.open(Path(":memory:")) as outbox:
        now = Reading(seen.triggered_at + timedelta(seconds=2), "this boot", 5000.0, is_set=True)
        sender = OutboxSender(transport, topic, outbox, lambda: now)
        sender.resume()
        sender.keep(event)
        sender.publish(event)
    ((_, payload, _),) = transport.messages
    return topic, payload if isinstance(payload, bytes) else payload.encode()


def changed(payload: bytes, **keys: object) -> bytes:
    """Return a payload in which some keys have other values."""
    import json

    return json.dumps(json.loads(payload) | keys).encode()
