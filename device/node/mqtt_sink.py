"""The sink that carries everything to Home Assistant: through the outbox, and as retained documents."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from device.discovery.publisher import Publisher
from device.entities.documents import (
    STATE,
    blank_state,
    event_content,
    published_attributes,
    state_content,
)
from device.entities.kinds import Document, Json, Row
from device.entities.outcome import Outcome
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
from device.observation import Observation
from device.system.compact_json import compact
from device.system.json_store import JsonStore

_LOG = logging.getLogger(__name__)

# Beside the saved state: which observation it follows from.
_EVENT_ID = "event_id"

ConnectionEvent: TypeAlias = Connected | Birth | Disconnected | Delivered | Refused | OwnDiscovery


class MqttSink:
    """Publishes observations and documents, and answers what the link reports. The loop's thread uses it.

    An observation is on disk, together with the state that follows from it, before anything of it is published.

    Args:
        publisher: of what stays on the broker.
        sender: of events.
        table: the node's rows.
        store: keeps the state document, and which observation it follows from.
        picture: what Home Assistant shows.
        now: returns the time in UTC.
    """

    def __init__(
        self,
        publisher: Publisher,
        sender: OutboxSender,
        *,
        table: Iterable[Row],
        store: JsonStore,
        picture: ExpiringPicture,
        now: Callable[[], datetime],
    ) -> None:
        self._publisher = publisher
        self._sender = sender
        self._table = tuple(table)
        self._store = store
        self._picture = picture
        self._published = published_attributes(self._table)
        self._now = now
        self._is_camera_online = False
        # In the order in which they are announced.
        self._documents: dict[Document[Any], Mapping[str, Json]] = {STATE: blank_state(self._table)}

    def restore(self) -> None:
        """Take up the state of before this start."""
        self._documents[STATE] = blank_state(self._table, self._last_state())

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Commit an observation with its state, then publish them and the picture."""
        outcome = Outcome(observation, self._now())
        state = state_content(self._table, outcome, self._documents[STATE])
        event = Event(
            observation.event_id,
            observation.triggered_at,
            compact(event_content(observation, self._published)),
            compact(state),
        )
        self._sender.send(event)
        self.changed(STATE, state)
        if picture is not None:
            self._picture.put(picture)
        self._store.save(state | {_EVENT_ID: observation.event_id})

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Publish a document, and again with each announcement."""
        self._documents[document] = content
        self._publisher.document(document, content)

    def camera(self, *, is_online: bool) -> None:
        """Publish whether the camera gives pictures, and again with each announcement."""
        self._is_camera_online = is_online
        self._publisher.camera(online=is_online)

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
            self._documents, camera_online=self._is_camera_online, is_birth=is_birth
        )
        self._picture.repeat()

    def _last_state(self) -> Mapping[str, Json]:
        """Return the state before this start: a kill may have come between the newest event and the saving of it."""
        saved = self._store.load()
        newest = self._sender.newest()
        is_saved_newer = newest is None or newest.event_id <= str(saved.get(_EVENT_ID, ""))
        if newest is None or newest.state is None or is_saved_newer:
            return saved
        committed: dict[str, Json] = json.loads(newest.state)
        # The event leaves the disk once it is delivered, and the next kill may come before the next press.
        self._store.save(committed | {_EVENT_ID: newest.event_id})
        return committed
