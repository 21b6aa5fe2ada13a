"""Between the link and what shares people: publishes one person after the other, and hands on what comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device.mqtt.events import (
    Connected,
    Delivered,
    Disconnected,
    LinkEvent,
    PersonSealed,
    Refused,
)
from device.mqtt.topics import Topics
from device.mqtt.transport import Transport


@dataclass(frozen=True, slots=True)
class PersonToShare:
    """Somebody is to be published.

    Attributes:
        person: the id.
        payload: sealed.
        connection: in which it is right; see PeopleSharing.disconnected().
    """

    person: str
    payload: bytes
    connection: int


class Sharing(Protocol):
    """What of the sharing is needed here; see sharing.PeopleSharing."""

    def connected(self) -> None:
        """Take that there is a connection."""

    def disconnected(self) -> int:
        """Take that it is over; return the number of the next one."""

    def receive(self, person: str, payload: bytes) -> None:
        """Take what came on somebody's topic."""


class SharedTopic:
    """Publishes who is shared, retained. The loop's thread uses it.

    A whole gallery at once would be more than a slow line takes: the next person is published when the broker has the
    one before.

    Args:
        transport: the link.
        topics: the node's.
        sharing: what comes is for it; None for a node that shares nobody, and then nothing is done.
    """

    def __init__(self, transport: Transport, topics: Topics, sharing: Sharing | None) -> None:
        self._transport = transport
        self._topics = topics
        self._sharing = sharing
        self._connection = 0
        self._waiting: dict[str, bytes] = {}
        self._in_flight: int | None = None

    def handle(self, event: LinkEvent) -> None:
        """Take what the link reports."""
        if self._sharing is None:
            return
        match event:
            case PersonSealed(person, payload):
                self._sharing.receive(person, payload)
            case Connected():
                self._sharing.connected()
            case Disconnected():
                self._connection = self._sharing.disconnected()
                self._waiting.clear()
                self._in_flight = None
            case Delivered(number=number) | Refused(number=number) if number == self._in_flight:
                self._in_flight = None
                self._send()

    def share(self, somebody: PersonToShare) -> None:
        """Publish somebody, unless the connection for which that is right is over."""
        if somebody.connection == self._connection:
            self._waiting[somebody.person] = somebody.payload
            self._send()

    def _send(self) -> None:
        if self._in_flight is None and self._waiting:
            person = next(iter(self._waiting))
            payload = self._waiting.pop(person)
            topic = self._topics.sealed(person)
            self._in_flight = self._transport.publish(topic, payload, retain=True)
