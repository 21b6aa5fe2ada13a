"""Who learns what the node sees and how it is: MQTT, a page, a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from device.entities.kinds import Document, Json
from device.observation import Observation


class Sink(Protocol):
    """Learns of everything, on the loop's thread; it must not wait for anybody.

    What it is given is complete: a sink asks nobody back.
    """

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
