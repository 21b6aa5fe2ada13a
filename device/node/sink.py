"""Who receives what the node sees and how it is: MQTT, a page, a test."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from device.entities.kinds import Document, Json
from device.observation import Observation, Trigger

_LOG = logging.getLogger(__name__)


class Sink(Protocol):
    """Receives everything, on the loop's thread, and must not block it.

    A class that names this one as its base need not write triggered(), cleared() and camera(): here they do nothing.
    """

    def triggered(self, trigger: Trigger) -> None:
        """Take a trigger, at once: before the camera is asked, and also in privacy and during a burst.

        Not every trigger has an observation: a burst answers those that come while it lasts.
        """
        del trigger

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Take an observation; the state that follows from it comes next, as a document.

        Args:
            observation: the one answer to one trigger, without the attributes that the owner disabled.
            picture: a JPEG of what the owner lets leave the node, to be shown until the next observation or cleared(),
                whichever comes first; None when nothing may, or there is nothing: then no picture is shown.
        """

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Take a document that is now another one, or that somebody may have missed.

        Args:
            document: STATE, SETTINGS, DIAGNOSTICS, MOTION or ROSTER.
            content: all of it.
        """

    def cleared(self) -> None:
        """Show no picture any more: it has expired, or the owner does not allow it now."""
        return  # a method without a body would be abstract

    def camera(self, *, is_online: bool) -> None:
        """Take whether the camera gives pictures: it works, and privacy is off."""
        del is_online


class GuardedSink:
    """A sink whose exceptions are logged: the node goes on, and the other sinks receive what they would have.

    Args:
        sink: any.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def triggered(self, trigger: Trigger) -> None:
        """Hand on a trigger."""
        with self._guarded(f"the trigger by {trigger.source}"):
            self._sink.triggered(trigger)

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Hand on an observation."""
        with self._guarded(f"observation {observation.event_id}"):
            self._sink.observed(observation, picture)

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Hand on a document."""
        with self._guarded(f"the document {document}"):
            self._sink.changed(document, content)

    def cleared(self) -> None:
        """Hand on that no picture is shown any more."""
        with self._guarded("the end of a picture"):
            self._sink.cleared()

    def camera(self, *, is_online: bool) -> None:
        """Hand on whether the camera gives pictures."""
        with self._guarded("whether the camera gives pictures"):
            self._sink.camera(is_online=is_online)

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception:  # noqa: BLE001 - a sink of somebody else must not end the node
            _LOG.exception("%r could not take %s", self._sink, what)
