"""A broker with MQTT 5, such as Mosquitto: it keeps what is not confirmed in a session."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device.errors import LinkError
from device.mqtt.client import disable_nagle
from device.store.address import Broker
from device.store.message import LONGEST, Message
from device.store.source import CONNECT_SECONDS, KEEP_ALIVE, PATIENCE, PREFETCH, Interest, received

_QOS = 1
# For as long a node keeps an event itself.
_SESSION_SECONDS = 30 * 24 * 3600
# Longer ones the broker drops. What is too long and shorter than this becomes a dead letter.
_LONGEST_PACKET = 16 * LONGEST
_SILENT = "it does not answer"


class Subscription:
    """A client with a session that the broker keeps, in one thread.

    Args:
        broker: where to connect to.
        interest: what is wanted.
    """

    def __init__(self, broker: Broker, interest: Interest) -> None:
        self._broker = broker
        self._interest = interest
        self._messages: deque[Message] = deque()
        self._answers: list[ReasonCode] = []
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            interest.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )

    def connect(self, session_seconds: int = _SESSION_SECONDS) -> None:
        """Connect; what the broker has kept comes at once.

        Args:
            session_seconds: for which the broker keeps the session after this connection.

        Raises:
            LinkError: there is no connection.
        """
        client, broker = self._client, self._broker
        client.connect_timeout = CONNECT_SECONDS
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls is not None:
            client.tls_set_context(broker.tls)
        client.on_socket_open = disable_nagle
        client.on_connect = lambda _client, _data, _flags, reason, _more: self._answers.append(
            reason
        )
        client.on_subscribe = lambda _client, _data, _id, reasons, _more: self._answers.extend(
            reasons
        )
        client.on_message = self._take
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's has no types
        properties.SessionExpiryInterval = session_seconds
        properties.ReceiveMaximum = PREFETCH
        properties.MaximumPacketSize = _LONGEST_PACKET
        try:
            client.connect(
                broker.host, broker.port, KEEP_ALIVE, clean_start=False, properties=properties
            )
        except (OSError, ValueError) as error:
            raise self._error(getattr(error, "strerror", None) or str(error)) from error
        self._require_answers(1)

    def subscribe(self) -> None:
        """Ask for observations, alone or as a member of a group.

        Raises:
            LinkError: the user may not do that.
        """
        wanted = self._interest
        group = "" if wanted.member is None else f"$share/{wanted.group}/"
        topics = [f"{group}{topic}" for topic in wanted.topics]
        self._client.subscribe([(topic, _QOS) for topic in topics])
        self._require_answers(len(topics))

    def receive(self, most: int) -> Sequence[Message]:
        """See Source."""
        return received(self._messages, most, self._loop)

    def confirm(self, messages: Sequence[Message]) -> None:
        """See Source."""
        for message in messages:
            self._require(self._client.ack(message.tag, _QOS))

    def close(self) -> None:
        """Disconnect; the broker keeps the session."""
        end = monotonic() + PATIENCE
        self._client.disconnect()
        # It closes the socket when all is written.
        while self._client.loop(PATIENCE) == MQTTErrorCode.MQTT_ERR_SUCCESS and monotonic() < end:
            pass
        self._client.on_message = None

    def _require_answers(self, count: int) -> None:
        end = monotonic() + CONNECT_SECONDS
        self._answers.clear()
        while len(self._answers) < count:
            if monotonic() >= end:
                raise self._error(_SILENT)
            self._loop(PATIENCE)
        for reason in self._answers:
            if reason.is_failure:
                raise self._error(reason.getName())

    def _loop(self, patience: float) -> None:
        self._require(self._client.loop(patience))

    def _require(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            failed = [reason.getName() for reason in self._answers if reason.is_failure]
            raise self._error(", ".join(failed) or f"the connection is over ({code.name})")

    def _error(self, why: str) -> LinkError:
        return LinkError(f"the broker at {self._broker}: {why}")

    def _take(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # the standard demands UTF-8, but not every broker enforces it
            topic = ""
        self._messages.append(Message.cut(topic, bytes(message.payload), message.mid))


@contextmanager
def open_subscription(broker: Broker, interest: Interest) -> Iterator[Subscription]:
    """Give a client that has subscribed.

    Raises:
        LinkError: there is no connection, or the user may not do that.
    """
    source = Subscription(broker, interest)
    try:
        source.connect()
        source.subscribe()
        yield source
    finally:
        source.close()


def reach(broker: Broker, client_id: str) -> None:
    """Connect and disconnect, as a client whom the broker forgets.

    Raises:
        LinkError: there is no connection.
    """
    source = Subscription(broker, Interest(client_id, ()))
    try:
        source.connect(session_seconds=0)
    finally:
        source.close()
