"""Publishes discovery, states and availability in the order that Home Assistant needs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from device.discovery.announced import Announced
from device.discovery.page_link import linked
from device.discovery.payload import discovery_payload
from device.discovery.retained import retained_topics
from device.discovery.selection import announced_rows
from device.entities.documents import RETAINED
from device.entities.kinds import Document, Image, Json, Row
from device.entities.roster import Roster
from device.entities.roster_kinds import Choice
from device.mqtt.topics import OFFLINE, ONLINE, Topics
from device.mqtt.transport import Transport
from device.system.compact_json import compact
from device.system.machine import Machine
from device.system.network import host_name

if TYPE_CHECKING:
    from device.config import Config

_LOG = logging.getLogger(__name__)

Documents = Mapping[Document[Any], Mapping[str, Json]]


class Publisher:
    """Publishes what the broker retains.

    A component that leaves (its attribute was disabled, the network changed, only the essential ones are announced) has
    to be published once more with nothing but its platform before Home Assistant removes it, and again after Home
    Assistant was away. A node with another id leaves nothing under the previous one.

    Args:
        transport: the link.
        config: of the node.
        table: its entities.
        announced: what was announced before; it gets the new table only when the broker has confirmed it.
        machine: returns what the node runs on; asked at each announcement, when the machine is in a network.
    """

    def __init__(
        self,
        transport: Transport,
        config: Config,
        table: Iterable[Row],
        announced: Announced,
        machine: Callable[[], Machine],
    ) -> None:
        self._transport = transport
        self._node = linked(config, host_name())
        self._topics = Topics.of(config)
        table = tuple(table)
        self._has_pictures = any(isinstance(row, Image) for row in table)
        self._rows = announced_rows(table, config)
        self._current = {row.key: row.platform.value for row in self._rows}
        self._announced = announced
        self._machine = machine
        self._discovery_number: int | None = None
        self._is_birth = False
        self._clearing: dict[int, str] = {}

    def announce(
        self,
        documents: Documents,
        *,
        is_camera_online: bool,
        picture: bytes | None,
        is_birth: bool = False,
    ) -> int | None:
        """Publish discovery, then the states, and last that the node is online.

        To be called when the link has connected and when Home Assistant sends its birth message: then
        every state is there before the entities become available.

        Args:
            documents: the retained ones as they are now.
            is_camera_online: whether the camera gives pictures.
            picture: see picture().
            is_birth: whether Home Assistant has just started, and may have missed a farewell.

        Returns:
            The number of the last message, or None without a connection.
        """
        self._is_birth = is_birth
        self._clear_former()
        self._discover()
        self.camera(is_online=is_camera_online)
        self.picture(picture)
        return self._publish_states(documents)

    def repeat(
        self, documents: Documents, *, is_camera_online: bool, has_picture: bool
    ) -> int | None:
        """Publish once more what announce() has, but discovery, and the picture, which would look like a new one.

        Returns:
            As announce().
        """
        self.camera(is_online=is_camera_online)
        if self._has_pictures:
            self._retain(self._topics.picture_status, ONLINE if has_picture else OFFLINE)
        return self._publish_states(documents)

    def offer(self, roster: Roster) -> None:
        """Take the names that choices offer; announced at once if the node is, and these are others."""
        rows = tuple(
            replace(row, options=row.offer(roster)) if isinstance(row, Choice) else row
            for row in self._rows
        )
        if rows == self._rows:
            return
        self._rows = rows
        # The births that a farewell has to survive are counted by the announcements.
        self._is_birth = False
        if self._discovery_number is not None:
            self._discover()

    def document(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Publish the current content of a retained document.

        Raises:
            ValueError: it is an event, which Home Assistant would see again at each restart.
        """
        if document not in RETAINED:
            message = f"{document}: an event is never retained; it goes through a sender"
            raise ValueError(message)
        self._retain(self._topics.document(document), compact(content))

    def together(self) -> AbstractContextManager[None]:
        """Let what is published within, also by others, leave together; see transport.Transport."""
        return self._transport.together()

    def picture(self, jpeg: bytes | None) -> None:
        """Publish what the newest capture shows, to whoever listens now: the broker keeps no picture for anyone.

        The entity is available only while there is a picture. It becomes available after the picture has arrived, and
        unavailable before the empty message with which Home Assistant drops the picture: an automation on a change of
        the entity sees neither the picture before nor an empty one.

        Nothing is published by a node from which no picture may leave.

        Args:
            jpeg: the picture; None when there is nothing to show.
        """
        if not self._has_pictures:
            return
        if jpeg is None:
            self._retain(self._topics.picture_status, OFFLINE)
        # Not even for a subscriber that is away for a moment: it would get the picture after it has expired.
        self._transport.publish_to_present(self._topics.picture, jpeg or b"")
        if jpeg is not None:
            self._retain(self._topics.picture_status, ONLINE)

    def camera(self, *, is_online: bool) -> None:
        """Publish whether the camera delivers pictures."""
        self._retain(self._topics.camera_status, ONLINE if is_online else OFFLINE)

    def delivered(self, number: int) -> bool:
        """Record that the broker has a message; to be called for each Delivered.

        Returns:
            Whether the message is the node's discovery, as it is now.
        """
        self._clearing.pop(number, None)
        is_discovery = number == self._discovery_number
        if is_discovery:
            self._announced.confirm(self._current, self._topics, is_birth=self._is_birth)
        return is_discovery

    def refused(self, number: int) -> None:
        """Record that the broker has rejected a message; to be called for each Refused."""
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

    def _publish_states(self, documents: Documents) -> int | None:
        for document, content in documents.items():
            self.document(document, content)
        return self._retain(self._topics.status, ONLINE)

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
            rest = [row for row in self._rows if row.key not in gone]
            for farewell in ({"ghosts": gone}, {"removed": gone}):
                self._retain_discovery(rest, **farewell)
        self._discovery_number = self._retain_discovery(self._rows)

    def _retain_discovery(self, rows: Iterable[Row], **gone: Mapping[str, str]) -> int | None:
        payload = discovery_payload(self._node, self._topics, rows, self._machine(), **gone)
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
