"""Where the broker keeps something of a node, for whoever wants to clear it. Pure."""

from __future__ import annotations

from device.entities.documents import RETAINED
from device.mqtt.topics import Topics


def retained_topics(topics: Topics) -> tuple[str, ...]:
    """Return every topic on which a node publishes retained messages.

    Discovery comes first: with it Home Assistant forgets the device, before its states become unknown.
    """
    return (
        topics.discovery,
        *map(topics.document, RETAINED),
        topics.picture_status,
        topics.camera_status,
        topics.status,
    )
