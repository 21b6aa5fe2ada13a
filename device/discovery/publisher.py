"""Publishes discovery, states and availability in the order that Home Assistant needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from device.discovery.payload import discovery_payload
from device.entities.documents import EVENT
from device.entities.kinds import Document, Image, Json, Row
from device.mqtt.topics import OFFLINE, ONLINE, Topics
from device.mqtt.transport import Transport
from device.system.compact_json import compact
from device.system.json_store import JsonStore
from device.system.machine import Machine

if TYPE_CHECKING:
    from device.config import Config

Documents = Mapping[Document[Any], Mapping[str, Json]]


class Publisher:
    """Publishes what the broker retains.

    A component that leaves the table (its attribute was disabled, the network changed) has to be
    published once more with nothing but its platform before Home Assistant removes it. The store
    holds what was announced before; it gets the new table only when the broker has confirmed it.

    Args:
        transport: the link.
        config: of the node.
        table: its entities.
        announced: the store of what was announced before, a platform by key.
        machine: what the node runs on.
    """

    def __init__(
        self,
        transport: Transport,
        config: Config,
        table: Iterable[Row],
        announced: JsonStore,
        machine: Machine,
    ) -> None:
        self._transport = transport
        self._node = config.node
        self._topics = Topics.of(config)
        self._table = tuple(table)
        self._announced = announced
        self._machine = machine
        self._discovery_number: int | None = None

    def announce(
        self, documents: Documents, *, is_camera_online: bool, picture: bytes | None
    ) -> None:
        """Publish discovery, then the states, and last that the node is online.

        To be called when the link has connected and when Home Assistant sends its birth message: then
        every state is there before the entities become available.

        Args:
            documents: state, settings and diagnostics as they are now; an event is not among them.
            is_camera_online: whether the camera gives pictures.
            picture: see picture().
        """
        self._discover()
        self.camera(is_online=is_camera_online)
        self.picture(picture)
        for document, content in documents.items():
            self.document(document, content)
        self._retain(self._topics.status, ONLINE)

    def document(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Publish the current content of a retained document.

        Raises:
            ValueError: it is an event, which Home Assistant would see again at each restart.
        """
        if document is EVENT:
            message = "an event is never retained; it goes through the sender"
            raise ValueError(message)
        self._retain(self._topics.document(document), compact(content))

    def picture(self, jpeg: bytes | None) -> None:
        """Publish what the newest capture shows, to whoever listens now: the broker keeps no picture.

        The entity is available only while there is a picture. It becomes available after the picture has arrived, and
        unavailable before the empty message with which Home Assistant drops the picture: an automation on a change of
        the entity sees neither the picture before nor an empty one.

        Nothing is published by a node from which no picture may leave.

        Args:
            jpeg: the picture; None when there is nothing to show.
        """
        if not any(isinstance(row, Image) for row in self._table):
            return
        if jpeg is None:
            self._retain(self._topics.picture_status, OFFLINE)
        self._transport.publish(self._topics.picture, jpeg or b"")
        if jpeg is not None:
            self._retain(self._topics.picture_status, ONLINE)

    def camera(self, *, is_online: bool) -> None:
        """Publish whether the camera delivers pictures."""
        self._retain(self._topics.camera_status, ONLINE if is_online else OFFLINE)

    def delivered(self, number: int) -> None:
        """Record that the broker has a message; to be called for each Delivered."""
        if number == self._discovery_number:
            self._announced.save({row.key: row.platform.value for row in self._table})

    def _discover(self) -> None:
        current = {row.key: row.platform.value for row in self._table}
        before = self._announced.load()
        gone = {key: name for key, name in before.items() if current.get(key) != name}
        if gone:
            rest = [row for row in self._table if row.key not in gone]
            farewell = discovery_payload(self._node, self._topics, rest, self._machine, gone)
            self._retain(self._topics.discovery, compact(farewell))
        payload = discovery_payload(self._node, self._topics, self._table, self._machine)
        self._discovery_number = self._retain(self._topics.discovery, compact(payload))

    def _retain(self, topic: str, payload: str) -> int | None:
        return self._transport.publish(topic, payload, retain=True)
