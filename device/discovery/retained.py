"""Where the broker keeps something of a node, for whoever wants to clear it. Pure."""

from __future__ import annotations

from device.entities.documents import DIAGNOSTICS, SETTINGS, STATE
from device.mqtt.topics import Topics


def retained_topics(topics: Topics) -> tuple[str, ...]:
    """Return every topic on which a node publishes retained messages.

    Discovery comes first: with it Home Assistant forgets the device, before its states become unknown.
    """
    names: tuple[str, ...] = (STATE, SETTINGS, DIAGNOSTICS)
    return (
        topics.discovery,
        *map(topics.document, names),
        topics.picture_status,
        topics.camera_status,
        topics.status,
    )
