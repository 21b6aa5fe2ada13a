"""A second client of the broker: it receives messages, and waits for those that are wanted.

For tools and tests, which see a node from outside as Home Assistant does::

    with Listener(config.mqtt, topics.status) as listener:
        listener.wait_for(lambda message: message.payload == b"online", timeout=60)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from device.errors import LinkError
from device.mqtt.connection import PATIENCE, Connection, Handlers
from device.mqtt.errors import broker_at
from device.mqtt.message import ReceivedMessage
from device.mqtt.negotiation import negotiate
from device.mqtt.session import Session
from device.mqtt.unconfirmed import Answer

if TYPE_CHECKING:
    from device.config import MqttSettings

# What waits to be taken; of more, the oldest is dropped.
_MOST_MESSAGES = 10_000
_MOST_BYTES = 16 * 2**20
# Answers of the broker that are kept for publish(), which waits for one of the newest.
_MOST_ANSWERS = 2_000
# Seconds between two attempts to connect again.
_RETRY_SECONDS = 1.0


class Listener:
    """Receives what is published on some topics, and can publish. Within the context it is connected.

    Args:
        settings: where the broker is, and with which credentials; of a cluster, the first member that can be reached
            is taken. The client id is a random one: the node's, used a second time, would push the node out.
        topics: may have wildcards.
        session: a name under which the broker keeps what comes while the listener is away; it then also connects
            again when the connection ends. None is for one connection.
        on_message: takes each message, on a thread of the connection; None is for get() and wait_for().
    """

    def __init__(
        self,
        settings: MqttSettings,
        *topics: str,
        session: str | None = None,
        on_message: Callable[[ReceivedMessage], None] | None = None,
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._session = Session(
            client_id=session or f"facet-listener-{uuid4().hex[:8]}",
            longest_packet=None,
            is_kept=session is not None,
        )
        self._take = on_message or self._put
        self._changed = threading.Condition()
        self._messages: deque[ReceivedMessage] = deque()
        self._bytes = 0
        self._answers: dict[int, str | None] = {}
        self._connection: Connection | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._stay_connected, name="facet-listener", daemon=True
        )
        self.dropped = 0
        """How many messages were given up: the oldest, because they were not taken, and those longer than 16 MB."""

    def open(self) -> None:
        """Connect and subscribe.

        Raises:
            LinkError: there is no connection; the text says why and what to do.
        """
        self._connect()
        if self._session.is_kept:
            self._thread.start()

    def get(self, timeout: float = 0.0) -> ReceivedMessage | None:
        """Return the next message, or None after timeout seconds without one."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._messages), max(timeout, 0.0)):
                return None
            message = self._messages.popleft()
            self._bytes -= len(message.payload)
            return message

    def wait_for(
        self, is_wanted: Callable[[ReceivedMessage], bool], timeout: float = PATIENCE
    ) -> ReceivedMessage | None:
        """Return the next message that is wanted, or None after timeout seconds; those before it are passed over."""
        end = monotonic() + timeout
        while (message := self.get(end - monotonic())) is not None:
            if is_wanted(message):
                return message
        return None

    def publish(
        self,
        topic: str,
        payload: str | bytes,
        *,
        retain: bool = False,
        timeout: float = PATIENCE,
    ) -> None:
        """Publish a message, and wait until the broker has confirmed it.

        Raises:
            LinkError: the broker refuses it, or has not confirmed it within timeout seconds.
        """
        end = monotonic() + timeout
        while True:
            connection, number = self._publish(topic, payload, end, retain=retain)
            with self._changed:
                self._changed.wait_for(
                    lambda: number in self._answers or connection.has_ended,  # noqa: B023 - called at once
                    max(end - monotonic(), 0.0),
                )
                if number in self._answers:
                    refusal = self._answers.pop(number)
                    break
            if monotonic() >= end:
                refusal = f"no confirmation within {timeout:g} s"
                break
        if refusal is not None:
            message = f"{broker_at(self._settings)} does not take a message on {topic} ({refusal})"
            raise LinkError(message)

    def send(
        self,
        topic: str,
        payload: str | bytes,
        *,
        retain: bool = False,
        timeout: float = PATIENCE,
    ) -> None:
        """Publish a message as soon as fewer than some hundreds wait for the broker's confirmation, and go on.

        Raises:
            LinkError: that was not the case within timeout seconds.
        """
        self._publish(topic, payload, monotonic() + timeout, retain=retain)

    def close(self) -> None:
        """Disconnect; what was not taken is gone."""
        self._closing.set()
        if self._connection is not None:
            self._connection.close()
        if self._thread.is_alive():
            self._thread.join()

    def _publish(
        self, topic: str, payload: str | bytes, end: float, *, retain: bool
    ) -> tuple[Connection, int]:
        while True:
            connection = self._connection
            if connection is not None and connection.has_room(topic, payload):
                number = connection.publish(topic, payload, retain=retain)
                if number is not None:
                    return connection, number
            left = end - monotonic()
            if left <= 0:
                message = (
                    f"{broker_at(self._settings)} takes no message on {topic}; is it still there?"
                )
                raise LinkError(message)
            with self._changed:
                # An answer makes room, and a new connection does.
                self._changed.wait(min(left, _RETRY_SECONDS))

    def _connect(self) -> None:
        """Connect with the first member of the broker's cluster that works, or with the broker."""
        *others, last = self._settings.members()
        for member in others:
            with suppress(LinkError):
                return self._connect_with(member)
        return self._connect_with(last)

    def _connect_with(self, settings: MqttSettings) -> None:
        handlers = Handlers(message=self._received, answer=self._answered)
        connection = negotiate(
            settings,
            None,
            lambda version: Connection(settings, self._session, version, handlers),
        )
        try:
            self._subscribe(connection)
        except LinkError:
            connection.close()
            raise
        with self._changed:
            self._connection = connection
            self._changed.notify_all()

    def _subscribe(self, connection: Connection) -> None:
        refused = connection.subscribe(*self._topics)
        if refused:
            message = (
                f"{broker_at(self._settings)} does not let mqtt.username read {', '.join(refused)}; "
                "allow it in the broker's ACL"
            )
            raise LinkError(message)

    def _stay_connected(self) -> None:
        while not self._closing.is_set():
            if self._connection is not None:
                self._connection.wait_until_ended()
                with self._changed:
                    self._connection = None
                    self._changed.notify_all()
            if not self._closing.wait(_RETRY_SECONDS):
                with suppress(LinkError):
                    self._connect()

    # These run on paho's thread.

    def _received(self, message: ReceivedMessage) -> None:
        if message.missing:
            with self._changed:
                self.dropped += 1
        else:
            self._take(message)

    def _put(self, message: ReceivedMessage) -> None:
        with self._changed:
            self._messages.append(message)
            self._bytes += len(message.payload)
            while len(self._messages) > _MOST_MESSAGES or (
                self._bytes > _MOST_BYTES and len(self._messages) > 1
            ):
                self._bytes -= len(self._messages.popleft().payload)
                self.dropped += 1
            self._changed.notify_all()

    def _answered(self, number: int, answer: Answer) -> None:
        with self._changed:
            self._answers[number] = answer.refusal
            while len(self._answers) > _MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
