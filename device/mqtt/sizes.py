"""How long packets are, as a broker with a limit counts them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

TOO_LONG = "it is longer than the broker allows"
"""Why a message is refused that the broker need not see for it."""

# Bytes: type, length of the packet, length of the topic, id, length of the properties, of which there are none.
_LONGEST_HEADER = 1 + 4 + 2 + 2 + 1
# Bytes for each topic: its length, and the options.
_BESIDE_A_TOPIC = 2 + 1


def publish_size(topic: str, payload: str | bytes) -> int:
    """Return the most bytes that a message with quality of service 1 has."""
    content = payload.encode() if isinstance(payload, str) else payload
    return len(topic.encode()) + len(content) + _LONGEST_HEADER


def subscribe_size(topics: Sequence[str]) -> int:
    """Return the most bytes that SUBSCRIBE has."""
    return sum(len(topic.encode()) + _BESIDE_A_TOPIC for topic in topics) + _LONGEST_HEADER
