"""A transport that only records what it is given."""

from __future__ import annotations

from collections.abc import Callable


class RecordingTransport:
    """Takes messages as a connected link would, numbers them from 1, and remembers them.

    Attributes:
        messages: topic, payload and the retain flag of each.
        is_down: as a link without a connection it takes nothing.
        on_publish: called with each message that is taken.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[str, str | bytes, bool]] = []
        self.is_down = False
        self.on_publish: Callable[[], object] = lambda: None

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> int | None:
        """Take a message."""
        if self.is_down:
            return None
        self.on_publish()
        self.messages.append((topic, payload, retain))
        return len(self.messages)

    @property
    def topics(self) -> list[str]:
        """The topics of all messages, in their order."""
        return [topic for topic, _payload, _retain in self.messages]
