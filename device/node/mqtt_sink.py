"""The sink that carries everything to Home Assistant: through the outbox, and as retained documents."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from device.discovery.publisher import Publisher
from device.entities.documents import STATE, event_content
from device.entities.kinds import Document, Json
from device.entities.settings import Settings
from device.mqtt.events import (
    Birth,
    Connected,
    Delivered,
    Disconnected,
    OwnDiscovery,
    Refused,
)
from device.mqtt.outbox import Event
from device.mqtt.sender import OutboxSender
from device.node.expiring_picture import ExpiringPicture
from device.node.expiring_state import ExpiringState
from device.observation import Observation
from device.system.compact_json import compact

_LOG = logging.getLogger(__name__)

ConnectionEvent: TypeAlias = Connected | Birth | Disconnected | Delivered | Refused | OwnDiscovery


class MqttSink:
    """Publishes observations and documents, and answers what the link reports. The loop's thread uses it.

    An observation is on disk, together with the state that follows from it, before anything of it is published.

    Args:
        publisher: of what stays on the broker.
        sender: of events.
        state: what Home Assistant shows of the newest observation.
        picture: what Home Assistant shows of the newest capture.
        published: the attributes that may leave the node; others never do.
    """

    def __init__(
        self,
        publisher: Publisher,
        sender: OutboxSender,
        *,
        state: ExpiringState,
        picture: ExpiringPicture,
        published: Collection[str],
    ) -> None:
        self._publisher = publisher
        self._sender = sender
        self._state = state
        self._picture = picture
        self._published = frozenset(published)
        self._is_camera_online = False
        # In the order in which they are announced.
        self._documents: dict[Document[Any], Mapping[str, Json]] = {STATE: state.document}

    def restore(self) -> None:
        """Take up the state of before this start."""
        self._state.restore(self._sender.newest())
        self._documents[STATE] = self._state.document

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Commit an observation with its state, then publish picture, state and event.

        The event comes last: an automation that it starts may look at the picture and the sensors, which then show
        whoever this observation is about.
        """
        state = self._state.observed(observation)
        event = Event(
            observation.event_id,
            observation.triggered_at,
            compact(event_content(observation, self._published)),
            compact(state),
        )
        self._sender.keep(event)
        self._picture.put(picture)
        self.changed(STATE, state)
        self._sender.publish(event)
        self._state.save()

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Publish a document, and again with each announcement."""
        self._documents[document] = content
        self._publisher.document(document, content)

    def camera(self, *, is_online: bool) -> None:
        """Publish whether the camera gives pictures, and again with each announcement."""
        was_online, self._is_camera_online = self._is_camera_online, is_online
        self._publisher.camera(is_online=is_online)
        # At the start it has not been looked for.
        if was_online and not is_online:
            self._end_what_was_seen()

    def apply(self, settings: Settings) -> None:
        """Take other settings, which may take the picture away; with privacy what was seen before is over."""
        self._picture.apply(settings)
        if settings.privacy:
            self._end_what_was_seen()

    def tick(self) -> None:
        """End what was seen, and its picture, when that is over; to be called about once a second."""
        self._picture.tick()
        if self._state.expire():
            self.changed(STATE, self._state.document)

    def handle(self, event: ConnectionEvent) -> None:
        """Do what the link reports is to be done; the only place where its events have a meaning."""
        match event:
            case Connected():
                self._announce()
                self._sender.resume()
            case Birth():
                _LOG.info("Home Assistant has started; announcing the node again")
                self._announce(is_birth=True)
            case Disconnected():
                self._sender.pause()
            case Delivered(number):
                self._publisher.delivered(number)
                self._sender.delivered(number)
            case Refused(number):
                self._publisher.refused(number)
                self._sender.refused(number)
            case OwnDiscovery(payload):
                self._publisher.found(payload)

    def _announce(self, *, is_birth: bool = False) -> None:
        self._publisher.announce(
            self._documents,
            is_camera_online=self._is_camera_online,
            picture=self._picture.shown,
            is_birth=is_birth,
        )

    def _end_what_was_seen(self) -> None:
        if self._state.end():
            self.changed(STATE, self._state.document)
