"""A transport that only records what it is given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext


class RecordingTransport:
    """Takes messages as a connected link would, numbers them from 1, and remembers them.

    Attributes:
        messages: topic, payload and the retain flag of each.
        not_stored: topics of those that the broker stores for nobody.
        is_down: as a link without a connection it takes nothing.
        on_publish: called with each message that is taken.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[str, str | bytes, bool]] = []
        self.not_stored: list[str] = []
        self.is_down = False
        self.on_publish: Callable[[], object] = lambda: None

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> int | None:
        """Take a message."""
        if self.is_down:
            return None
        self.on_publish()
        self.messages.append((topic, payload, retain))
        return len(self.messages)

    def together(self) -> AbstractContextManager[None]:
        """Take messages as always."""
        return nullcontext()

    def publish_to_present(self, topic: str, payload: bytes) -> None:
        """Take a message that the broker stores for nobody."""
        if self.publish(topic, payload) is not None:
            self.not_stored.append(topic)

    @property
    def topics(self) -> list[str]:
        """The topics of all messages, in their order."""
        return [topic for topic, _payload, _retain in self.messages]
