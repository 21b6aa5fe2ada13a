"""The names of the node's MQTT topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.config import Config

ONLINE = "online"
OFFLINE = "offline"

BIRTH_TOPIC = "homeassistant/status"
"""Where Home Assistant announces that it has started; its discovery prefix does not change this."""


_PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of one node.

    Attributes:
        base: of all nodes, for instance "facet".
        node: the node's id.
        discovery_prefix: Home Assistant's.
    """

    base: str
    node: str
    discovery_prefix: str = "homeassistant"

    @classmethod
    def of(cls, config: Config) -> Topics:
        """Return the topics of a configured node."""
        return cls(config.mqtt.base_topic, config.node.id, config.mqtt.discovery_prefix)

    @property
    def discovery(self) -> str:
        """Device-based discovery; retained."""
        return f"{self.discovery_prefix}/device/{self.node}/config"

    @property
    def status(self) -> str:
        """Whether the node is there: ONLINE or OFFLINE, retained; the last will goes here."""
        return f"{self.base}/{self.node}/status"

    @property
    def camera_status(self) -> str:
        """Whether the node's camera gives pictures: ONLINE or OFFLINE, retained."""
        return f"{self.base}/{self.node}/camera/status"

    @property
    def picture(self) -> str:
        """What the newest capture shows, as JPEG; never retained, or the broker would keep it."""
        return f"{self.base}/{self.node}/picture"

    @property
    def picture_status(self) -> str:
        """Whether there is a picture to show: ONLINE or OFFLINE, retained."""
        return f"{self.base}/{self.node}/picture/status"

    @property
    def newest_version(self) -> str:
        """Where the owner may say, retained and for all nodes, which version of Facet is the newest."""
        return f"{self.base}/newest_version"

    def document(self, name: str) -> str:
        """Where a JSON document of the node is published."""
        return f"{self.base}/{self.node}/{name}"

    def command(self, key: str) -> str:
        """Where Home Assistant writes what an entity should do; key may be the wildcard "+"."""
        return f"{self.base}/{self.node}/set/{key}"

    def person_discovery(self, person: str) -> str:
        """Where the device of somebody who is enrolled is announced, by whichever node; retained.

        In a folder, so that an access list can name the devices of all people and no node's.
        """
        return f"{self.discovery_prefix}/device/facet_person/{person}/config"

    def person(self, person: str) -> str:
        """Where and when somebody was seen last, by whichever node; retained."""
        return f"{self.base}/{_PEOPLE}/{person}"

    def forgotten(self, person: str) -> str:
        """When somebody was forgotten, so that no other node announces them again; retained. May be the wildcard."""
        return f"{self.base}/{_PEOPLE}/{person}/forgotten"

    def forgotten_person(self, topic: str) -> str | None:
        """Return whose topic it is; None for other topics."""
        return _person(topic, self.forgotten("+"))

    def sealed(self, person: str) -> str:
        """What somebody is recognised by, or that they were forgotten, for who has the key; retained.

        May be the wildcard.
        """
        return f"{self.base}/{_PEOPLE}/{person}/sealed"

    def sealed_person(self, topic: str) -> str | None:
        """Return whose topic it is; None for other topics."""
        return _person(topic, self.sealed("+"))

    def command_key(self, topic: str) -> str | None:
        """Return the entity's key in a command topic; None for other topics."""
        prefix = self.command("")
        return topic.removeprefix(prefix) if topic.startswith(prefix) else None


def _person(topic: str, pattern: str) -> str | None:
    """Return what a topic has in the place of the wildcard; None for topics that do not match."""
    before, _, after = pattern.partition("+")
    is_it = topic.startswith(before) and topic.endswith(after)
    person = topic[len(before) : -len(after)] if is_it else ""
    return person if person and "/" not in person else None
