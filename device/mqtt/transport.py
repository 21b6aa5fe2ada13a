"""What whoever publishes needs of the link with the broker."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Transport(Protocol):
    """Takes messages for the broker; see link.Link.publish."""

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> int | None:
        """Hand a message to the broker; return its number, or None without a connection."""

    def together(self) -> AbstractContextManager[None]:
        """Let the messages that are published within leave together, in their order, at its end."""

    def publish_to_present(self, topic: str, payload: bytes) -> None:
        """Hand a message to the broker for whoever is connected to it now, and for nobody later."""
