"""Says who the node is and how it is, in the order that Home Assistant needs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from device.discovery.announced import Announced
from device.discovery.payload import discovery_payload
from device.discovery.retained import retained_topics
from device.entities.documents import EVENT
from device.entities.kinds import Document, Image, Json, Row
from device.mqtt.topics import OFFLINE, ONLINE, Topics
from device.mqtt.transport import Transport
from device.system.compact_json import compact
from device.system.machine import Machine

if TYPE_CHECKING:
    from device.config import Config

_LOG = logging.getLogger(__name__)

Documents = Mapping[Document[Any], Mapping[str, Json]]


class Publisher:
    """Publishes what stays on the broker.

    A component that leaves the table (its attribute was disabled, the network changed) has to be
    published once more as a mere platform before Home Assistant forgets it, and again when it was away.
    A node that has got another id leaves nothing under the one before.

    Args:
        transport: the link.
        config: says who the node is.
        table: its entities.
        announced: what was announced before; it learns of the new table only when the broker has confirmed it.
        machine: what the node runs on.
    """

    def __init__(
        self,
        transport: Transport,
        config: Config,
        table: Iterable[Row],
        announced: Announced,
        machine: Machine,
    ) -> None:
        self._transport = transport
        self._node = config.node
        self._topics = Topics.of(config)
        self._table = tuple(table)
        self._current = {row.key: row.platform.value for row in self._table}
        self._announced = announced
        self._machine = machine
        self._discovery_number: int | None = None
        self._is_birth = False
        self._clearing: dict[int, str] = {}

    def announce(
        self, documents: Documents, *, camera_online: bool, is_birth: bool = False
    ) -> None:
        """Publish discovery, then the states, and last that the node is online.

        To be called when the link has connected and when Home Assistant was born: then every state
        is there before the entities become available.

        Args:
            documents: state, settings and diagnostics as they are now; an event is not among them.
            camera_online: whether the camera gives pictures.
            is_birth: whether Home Assistant has just started, and now learns of what it missed.
        """
        self._is_birth = is_birth
        self._clear_former()
        self._discover()
        self.camera(online=camera_online)
        for document, content in documents.items():
            self.document(document, content)
        self._retain(self._topics.status, ONLINE)

    def document(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Publish how a retained document is now.

        Raises:
            ValueError: it is an event, which Home Assistant would see again at each restart.
        """
        if document is EVENT:
            message = "an event is never retained; it goes through the sender"
            raise ValueError(message)
        self._retain(self._topics.document(document), compact(content))

    def picture(self, jpeg: bytes) -> None:
        """Publish what the newest capture shows, to whoever listens now: the broker keeps no picture.

        Nothing is published by a node from which no picture may leave.
        """
        if any(isinstance(row, Image) for row in self._table):
            self._transport.publish(self._topics.picture, jpeg)

    def camera(self, *, online: bool) -> None:
        """Publish whether the camera gives pictures."""
        self._retain(self._topics.camera_status, ONLINE if online else OFFLINE)

    def delivered(self, number: int) -> None:
        """Take note that the broker has a message; to be called for each Delivered."""
        self._clearing.pop(number, None)
        if number == self._discovery_number:
            self._announced.confirm(self._current, self._topics, is_birth=self._is_birth)

    def refused(self, number: int) -> None:
        """Take note that the broker has thrown a message away; to be called for each Refused."""
        topic = self._clearing.pop(number, None)
        if topic is not None:
            _LOG.warning(
                "The broker does not let mqtt.username clear %s, which the node used before its node.id (or "
                "mqtt.base_topic or discovery_prefix) changed; `facet retire` with the configuration of before does",
                topic,
            )

    def found(self, payload: bytes) -> None:
        """Take what the broker had of this node's discovery when the link connected; anything.

        Components that this node cannot remember, because its state directory is new, leave as others do: with the next
        announcement, or at once if there has been one.
        """
        has_ghosts = self._announced.find(_components(payload), self._current)
        if has_ghosts and self._discovery_number is not None:
            self._discover()

    def _clear_former(self) -> None:
        former = self._announced.former(self._topics)
        if former is None:
            return
        _LOG.info(
            "Clearing what the broker keeps of %s/%s, which this node was", former.base, former.node
        )
        kept = set(retained_topics(self._topics))
        for topic in retained_topics(former):
            number = None if topic in kept else self._retain(topic, "")
            if number is not None:
                self._clearing[number] = topic

    def _discover(self) -> None:
        gone = self._announced.leaving(self._current)
        if gone:
            rest = [row for row in self._table if row.key not in gone]
            for farewell in ({"ghosts": gone}, {"removed": gone}):
                self._retain_discovery(rest, **farewell)
        self._discovery_number = self._retain_discovery(self._table)

    def _retain_discovery(self, table: Iterable[Row], **gone: Mapping[str, str]) -> int | None:
        payload = discovery_payload(self._node, self._topics, table, self._machine, **gone)
        return self._retain(self._topics.discovery, compact(payload))

    def _retain(self, topic: str, payload: str) -> int | None:
        return self._transport.publish(topic, payload, retain=True)


def _components(payload: bytes) -> dict[str, str]:
    """Return the platforms by key of a discovery payload; none of one that is damaged."""
    try:
        components = json.loads(payload)["components"].items()
        return {key: str(component["platform"]) for key, component in components}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}
