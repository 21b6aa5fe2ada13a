"""Who learns what the node sees and how it is: MQTT, a page, a test."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from device.entities.kinds import Document, Json
from device.observation import Observation

_LOG = logging.getLogger(__name__)


class Sink(Protocol):
    """Receives everything, on the loop's thread, and must not block it."""

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Take an observation.

        Args:
            observation: the one answer to one trigger.
            picture: a JPEG of what the owner lets leave the node; None when nothing may, or there is nothing.
        """

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Take a document that is now another one.

        Args:
            document: SETTINGS or DIAGNOSTICS.
            content: all of it.
        """


class GuardedSink:
    """A sink whose exceptions are logged: the node goes on, and the other sinks receive what they would have.

    Args:
        sink: any.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Hand on an observation."""
        try:
            self._sink.observed(observation, picture)
        except Exception:  # noqa: BLE001 - a sink of somebody else must not end the node
            _LOG.exception("%r could not take observation %s", self._sink, observation.event_id)

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Hand on a document."""
        try:
            self._sink.changed(document, content)
        except Exception:  # noqa: BLE001 - as above
            _LOG.exception("%r could not take the document %s", self._sink, document)
