"""Messages as they come from the broker, and as it keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic


@dataclass(frozen=True, slots=True)
class RetainedMessage:
    """A message that the broker keeps for whoever subscribes later."""

    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message from the broker.

    Attributes:
        topic: where it was published.
        payload: its content.
        is_retained: whether the broker had kept it from before.
        missing: bytes at the end of payload that were too many to be read.
        arrived: when, in seconds on the monotonic clock.
    """

    topic: str
    payload: bytes
    is_retained: bool = False
    missing: int = 0
    arrived: float = field(default_factory=monotonic, compare=False)
