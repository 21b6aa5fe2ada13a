"""paho's client as a connection needs it: bounded, and with callbacks in plain types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from socket import IPPROTO_TCP, SHUT_RDWR, SO_RCVBUF, SOL_SOCKET, TCP_NODELAY, socket
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import LogLevel, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device.mqtt.bounded_client import BoundedClient
from device.mqtt.errors import Reason
from device.mqtt.message import ReceivedMessage, RetainedMessage
from device.mqtt.session import Session
from device.mqtt.tls import tls_context

if TYPE_CHECKING:
    from device.config import MqttSettings

_QOS = 1
_AT_MOST_ONCE = 0
# Messages that are sent and not confirmed; more wait in paho's queue. Mosquitto's default, which paho does not read.
_MOST_IN_FLIGHT = 20
# Bytes that the kernel may keep for a node; Linux doubles it. All that is ever for one node is less.
_RECEIVE_BUFFER = 0x8000
# Seconds for which the broker keeps a session whose client is away.
_SESSION_EXPIRY = 3600


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the client calls, on paho's thread, which an exception would end.

    Attributes:
        welcomed: the broker has answered CONNECT; with its reason, and the bytes of the longest packet it takes, if it
            names a limit.
        ended: the connection is over; with the broker's reason, or paho's.
        subscribed: the broker has answered SUBSCRIBE; with the id of that, and a reason for each topic.
        answered: the broker has answered a message, or one that it need not answer is sent; with the message's id and
            the broker's reason.
        received: a message has come.
        failed: the socket reports an error; with its text.
    """

    welcomed: Callable[[Reason, int | None], None]
    ended: Callable[[Reason], None]
    subscribed: Callable[[int, list[Reason]], None]
    answered: Callable[[int, Reason], None]
    received: Callable[[ReceivedMessage], None]
    failed: Callable[[str], None]


class MqttClient:
    """One client for one connection; it does not connect again.

    paho's thread (start) does the network: only then is it safe to publish from others.

    Args:
        settings: where to connect to, and with which credentials.
        session: as which client.
        version: of MQTT, "5" or "3.1.1".
        most_queued: messages that are published and not confirmed; paho refuses more.
    """

    def __init__(
        self, settings: MqttSettings, session: Session, version: str, most_queued: int
    ) -> None:
        self._settings = settings
        self._session = session
        self._version = version
        self._client = BoundedClient(session, version)
        self._client.max_inflight_messages_set(_MOST_IN_FLIGHT)
        self._client.max_queued_messages_set(most_queued)

    @property
    def rounds(self) -> int:
        """How many rounds paho's thread has made; about one a second when nothing happens."""
        return self._client.rounds

    @property
    def violation(self) -> str:
        """What the broker sent that no broker may send, for a sentence; nothing if it did not."""
        return self._client.violation

    def connect(self, callbacks: Callbacks, patience: float) -> None:
        """Open the socket, send CONNECT and start paho's thread.

        Args:
            callbacks: for what comes from the broker.
            patience: seconds, for each of TCP and TLS.

        Raises:
            OSError: the socket cannot be opened, or does not speak TLS.
            UnicodeError: the host is not a name.
            TlsFileError: a file of mqtt.tls cannot be used.
        """
        settings, session, client = self._settings, self._session, self._client
        client.connect_timeout = patience
        if settings.username is not None:
            password = settings.password.get_secret_value() if settings.password else None
            client.username_pw_set(settings.username, password)
        if settings.tls.enabled:
            client.tls_set_context(tls_context(settings.tls))
        if session.will is not None:
            client.will_set(session.will.topic, session.will.payload, _QOS, retain=True)
        _hook(client, callbacks, settings.keep_alive)
        client.on_socket_open = disable_nagle if session.longest_packet is None else _tune
        place = settings.host, settings.effective_port, settings.keep_alive
        if self._version == "5":
            properties = _connect_properties(session)
            client.connect(*place, clean_start=not session.is_kept, properties=properties)
        else:
            client.connect(*place)
        client.loop_start()

    def subscribe(self, topics: Sequence[str]) -> int | None:
        """Send SUBSCRIBE; return MQTT's id for it, or None if that cannot be done."""
        _code, message_id = self._client.subscribe(
            [(topic, self._session.quality) for topic in topics]
        )
        return message_id

    def unsubscribe(self, topic: str) -> None:
        """Send UNSUBSCRIBE."""
        self._client.unsubscribe(topic)

    def publish(self, topic: str, payload: str | bytes, *, retain: bool) -> int | None:
        """Send a message, for delivery at least once; return MQTT's id for it, or None if that cannot be done."""
        info = self._client.publish(topic, payload, _QOS, retain)
        return info.mid if _is_published(info) else None

    def together(self) -> AbstractContextManager[None]:
        """Let paho's thread send what is published within at its end."""
        return self._client.together()

    def publish_to_present(self, topic: str, payload: bytes) -> int | None:
        """Send a message with quality of service 0: the broker stores it for nobody, and does not answer.

        Callbacks.answered is called all the same, as soon as the socket has taken the message.
        """
        info = self._client.publish(topic, payload, _AT_MOST_ONCE)
        return info.mid if _is_published(info) else None

    def publish_and_wait(self, message: RetainedMessage, timeout: float) -> bool:
        """Send a retained message; return whether the broker has confirmed it within timeout seconds."""
        info = self._client.publish(message.topic, message.payload, _QOS, retain=True)
        if not _is_published(info):
            return False
        info.wait_for_publish(timeout)
        return info.is_published()

    def disconnect(self) -> None:
        """Send DISCONNECT; the connection is over when Callbacks.ended is called."""
        self._client.disconnect()

    def abort(self) -> None:
        """End the connection without DISCONNECT, so that the broker publishes the will."""
        connected = self._client.socket()
        if isinstance(connected, socket):
            with suppress(OSError):
                # Not that of TLS, which paho's thread is using.
                socket.shutdown(connected, SHUT_RDWR)

    def join(self) -> None:
        """Wait until paho's thread has ended, after the connection has."""
        # paho 2.1 forgets its thread when that ends, possibly between looking for it and joining it.
        with suppress(AttributeError):
            self._client.loop_stop()

    def let_go(self) -> None:
        """Let paho's thread end, close the sockets and forget the callbacks, once the connection is over.

        A cycle of references would leave the sockets to the garbage collector.
        """
        self.join()
        client = self._client
        client.let_go()
        client.on_connect = client.on_disconnect = client.on_subscribe = None
        client.on_publish = client.on_log = None
        client.receive = lambda _message: None


def _hook(client: BoundedClient, callbacks: Callbacks, keep_alive: int) -> None:
    """Let paho's callbacks call those in plain types.

    Args:
        client: paho's.
        callbacks: those in plain types.
        keep_alive: seconds of the configuration.
    """

    def connected(
        _client: Client, _data: object, _flags: object, reason: ReasonCode, properties: object
    ) -> None:
        # Only MQTT 5 has properties, and only a broker with a limit names one.
        client.limit(getattr(properties, "ReceiveMaximum", None), keep_alive)
        callbacks.welcomed(_reason(reason), getattr(properties, "MaximumPacketSize", None))

    def disconnected(
        _client: Client, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        callbacks.ended(_reason(reason))

    def subscribed(
        _client: Client,
        _data: object,
        message_id: int,
        reasons: list[ReasonCode],
        _properties: object,
    ) -> None:
        callbacks.subscribed(message_id, [_reason(reason) for reason in reasons])

    def answered(
        _client: Client, _data: object, message_id: int, reason: ReasonCode, _properties: object
    ) -> None:
        callbacks.answered(message_id, _reason(reason))

    def logged(_client: Client, _data: object, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            callbacks.failed(text)

    client.on_connect, client.on_disconnect, client.on_subscribe = (
        connected,
        disconnected,
        subscribed,
    )
    client.on_publish, client.on_log = answered, logged
    client.receive = callbacks.received


def _reason(reason: ReasonCode) -> Reason:
    return Reason(code=reason.value, name=reason.getName())


def _is_published(info: MQTTMessageInfo) -> bool:
    return info.rc is MQTTErrorCode.MQTT_ERR_SUCCESS


def _connect_properties(session: Session) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's has no types
    if session.longest_packet is not None:
        properties.MaximumPacketSize = session.longest_packet
    if session.is_kept:
        properties.SessionExpiryInterval = _SESSION_EXPIRY
    return properties


def disable_nagle(_client: Client, _data: object, connected: Any) -> None:  # noqa: ANN401 - TLS wraps the socket
    """Send each message at once; for paho's on_socket_open.

    Observation, states and acknowledgements are small writes in a row, and Nagle's algorithm holds each back until the
    broker has acknowledged the one before, which Linux puts off by 40 ms.
    """
    connected.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)


def _tune(client: Client, data: object, connected: Any) -> None:  # noqa: ANN401 - see above
    """Also leave a flood where it is: what the kernel keeps of it would have to be read before the next command.

    A broker drops what is too much for a client that reads slowly.
    """
    disable_nagle(client, data, connected)
    connected.setsockopt(SOL_SOCKET, SO_RCVBUF, _RECEIVE_BUFFER)
