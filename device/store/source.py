"""Where messages come from: the same for RabbitMQ's queue and for a subscription of MQTT 5."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from device.mqtt.topics import Topics
from device.store.message import Message

PREFETCH = 1000
"""Messages that the broker hands over before they are confirmed: two batches, so that one comes while one is stored."""

PATIENCE = 0.5
"""Seconds to wait for a first message; a stop is noticed after these."""

KEEP_ALIVE = 60
"""Seconds of MQTT's keep-alive and AMQP's heartbeat; more than a statement of the database may take."""

CONNECT_SECONDS = 10.0
"""For each step of a connection."""


class Source(Protocol):
    """A connection with a broker that keeps what is not confirmed, and hands it over again."""

    def receive(self, most: int) -> Sequence[Message]:
        """Return what has come, the oldest first; nothing if that is nothing for PATIENCE seconds.

        Raises:
            LinkError: the connection is over. What was not confirmed comes again.
        """

    def confirm(self, messages: Sequence[Message]) -> None:
        """Let the broker forget messages: all that receive() returned, in its order.

        Raises:
            LinkError: the connection is over.
        """


def received(
    messages: deque[Message], most: int, process: Callable[[float], object]
) -> Sequence[Message]:
    """Return what has come, as Source.receive does.

    Args:
        messages: what has come and was not returned; `process` adds to it.
        most: how many are returned.
        process: works on the connection, and waits for a message for at most so many seconds.
    """
    end = monotonic() + PATIENCE
    while len(messages) < most:
        had = len(messages)
        # Without a time it takes only what is there already.
        process(0 if had else max(end - monotonic(), 0))
        if len(messages) == had and (had or monotonic() >= end):
            break
    return [messages.popleft() for _ in range(min(most, len(messages)))]


class OpenSource(Protocol):
    """Connects with the broker."""

    def __call__(self) -> AbstractContextManager[Source]:
        """Give a source, within the context.

        Raises:
            LinkError: there is no connection.
        """


@dataclass(frozen=True, slots=True)
class Interest:
    """What of a broker's messages is stored, and by whom.

    Attributes:
        group: the name of RabbitMQ's queue, whose consumers share the work; of the client, with MQTT.
        base_topics: of the nodes, `mqtt.base_topic`.
        member: with MQTT, the name of one consumer of a group that shares a subscription; None for a single one.
    """

    group: str
    base_topics: tuple[str, ...]
    member: str | None = None

    @property
    def client_id(self) -> str:
        """By which an MQTT broker knows the session: the same at each start."""
        return self.group if self.member is None else f"{self.group}-{self.member}"

    @property
    def topics(self) -> tuple[str, ...]:
        """Where observations are published, with a wildcard for the node."""
        return tuple(Topics(base, "+").document("event") for base in self.base_topics)
