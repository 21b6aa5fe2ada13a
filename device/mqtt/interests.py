"""What a node reads at the broker, and what it must be allowed to write there."""

from __future__ import annotations

from enum import Flag, auto

from device.mqtt.sizes import TOO_LONG
from device.mqtt.topics import BIRTH_TOPIC, Topics
from device.mqtt.unconfirmed import Answer


class Also(Flag):
    """What a node may ask of the broker beside its commands."""

    NOTHING = 0
    OWN_DISCOVERY = auto()
    """Once, what the broker has kept as this node's discovery; it comes before Connected."""
    FORGOTTEN_PEOPLE = auto()
    """Whom other nodes have forgotten."""
    SEALED_PEOPLE = auto()
    """Whom other nodes share."""


def needed_topics(topics: Topics, also: Also) -> list[str]:
    """Return what a node must read to do all that it is configured to do."""
    needed = [topics.command("+"), BIRTH_TOPIC, topics.newest_version]
    if Also.FORGOTTEN_PEOPLE in also:
        needed.append(topics.forgotten("+"))
    if Also.SEALED_PEOPLE in also:
        needed.append(topics.sealed("+"))
    return needed


def optional_topics(topics: Topics, also: Also) -> list[str]:
    """Return what a node also reads, and can do without: a broker that does not allow it is not an error."""
    return [topics.discovery] if Also.OWN_DISCOVERY in also else []


def written_topics(topics: Topics, also: Also) -> list[str]:
    """Return what a broker's ACL has to let a node write, as filters."""
    written = [topics.discovery, topics.document("#")]
    if Also.FORGOTTEN_PEOPLE in also:
        shared = topics.person_discovery, topics.person, topics.forgotten
        written += [topic("+") for topic in shared]
    if Also.SEALED_PEOPLE in also:
        written.append(topics.sealed("+"))
    return written


def remedy(answer: Answer, topics: Topics, also: Also) -> str:
    """Return what an owner can do about a message that the broker threw away.

    Args:
        answer: the broker's, or the node's own for it.
        topics: the node's.
        also: what the node reads beside its commands.
    """
    if answer.is_for_now:
        return "an observation is sent again soon; the broker's log may say why"
    if answer.refusal == TOO_LONG:
        return "raise its limit for packets (Mosquitto: max_packet_size) to 65536 or more"
    *most, last = written_topics(topics, also)
    return f"allow mqtt.username in its ACL to write {', '.join(most)} and {last}"
