"""`facet retire`: the broker forgets the node, and with it Home Assistant."""

from __future__ import annotations

from pathlib import Path

from device.config import load
from device.discovery.retained import retained_topics
from device.errors import RetireError
from device.mqtt.listener import Listener
from device.mqtt.topics import ONLINE, Topics

# Seconds without another one, after which the broker has sent every message that it keeps.
_QUIET_SECONDS = 1.0


def retire(path: Path, *, even_if_online: bool = False) -> tuple[str, ...]:
    """Clear everything that the broker keeps of a configured node, and return the topics.

    What the node does not publish any more is found as well, if the broker sends retained messages to wildcards.

    Args:
        path: the node's YAML file.
        even_if_online: also when the node seems to run; it would publish all of it again.

    Raises:
        ConfigError: the configuration has faults.
        LinkError: the broker cannot be reached, or does not let the node's user clear a topic.
        RetireError: the node runs.
    """
    config = load(path)
    topics = Topics.of(config)
    # Not every broker sends what it keeps to a wildcard.
    with Listener(config.mqtt, topics.document("#"), topics.status) as client:
        kept: dict[str, bytes] = {}
        while (found := client.get(_QUIET_SECONDS)) is not None:
            if found.is_retained:
                kept[found.topic] = found.payload
        if kept.get(topics.status) == ONLINE.encode() and not even_if_online:
            message = (
                f"{topics.status} says that the node is online, and it would publish everything again; stop it first: "
                "sudo systemctl disable --now facet. If it is gone for good, add --even-if-online"
            )
            raise RetireError(message)
        everything = tuple(dict.fromkeys((*retained_topics(topics), *sorted(kept))))
        for topic in everything:
            client.publish(topic, "", retain=True)
    return everything
