"""One connection with the broker, from CONNECT to its end. It does not come back: see link.py.

A client of paho that reconnects by itself first sends what was left over from before, ahead of
discovery and of the states as they are now. A new client has no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import Event
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import (
    CallbackAPIVersion,
    LogLevel,
    MQTTErrorCode,
    MQTTProtocolVersion,
)
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device.errors import LinkError
from device.mqtt.errors import ended, refused, unanswered, unreachable
from device.mqtt.tls import tls_context

if TYPE_CHECKING:
    from device.config import MqttSettings

_QOS = 1
PATIENCE = 10.0
"""Seconds, for each of TCP, TLS and the broker's answers; a small machine needs two for TLS."""

# Seconds that a round of paho's loop takes when nothing happens.
_TURN = 1.0
TOO_LONG = "it is longer than the broker allows"
"""Why a message is refused that the broker need not see for it."""

_NO_LIMIT = 0xFFFF_FFFF
# Bytes. The broker keeps longer ones to itself: nothing that the node listens to is a tenth as long.
_LONGEST_PACKET = 0x1_0000
# Bytes, of PUBLISH with quality of service 1 and no properties, beside topic and payload.
_LONGEST_HEADER = 10
_VERSIONS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}
_connections = count(1)


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says, retained, when the node vanishes without a word."""

    topic: str
    payload: str


class _TurningClient(Client):
    """paho's client, which counts the rounds of its network loop: whether it hangs cannot be seen otherwise."""

    turns = 0

    def loop_misc(self) -> MQTTErrorCode:
        """End a round."""
        self.turns += 1
        return super().loop_misc()


class Connection:
    """A connection that the broker has welcomed.

    paho's own thread (loop_start) does the network: only then is it safe to publish from others.

    Args:
        settings: where to connect to, and as whom.
        client_id: unique on the broker.
        version: of MQTT, "5" or "3.1.1".
        patience: seconds that the broker has to answer CONNECT.
        will: None for a client that only has a look.
        on_message: called with topic, payload and whether it was retained, on paho's thread.
        on_answer: called with a number from publish() and why the broker refuses it, or None if
            it does not, on paho's thread.

    Raises:
        LinkError: there is no connection; the text says why and what to do.
    """

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        version: str,
        patience: float = PATIENCE,
        *,
        will: Will | None = None,
        on_message: Callable[[str, bytes, bool], None] = lambda _topic, _payload, _retained: None,
        on_answer: Callable[[int, str | None], None] = lambda _number, _refusal: None,
    ) -> None:
        self.version = version
        self._base_number = next(_connections) << 16
        self._on_message = on_message
        self._on_answer = on_answer
        self._welcome: ReasonCode | None = None
        self._settings = settings
        self._client_id = client_id
        self._limit = _NO_LIMIT
        self._complaint = ""
        self._end: ReasonCode | None = None
        self._subscriptions: list[ReasonCode] = []
        self._answered, self._subscribed, self._ended = Event(), Event(), Event()
        self._client = self._make_client(will)
        self._open(patience)

    def subscribe(self, *topics: str) -> list[str]:
        """Subscribe, wait for the broker's answer, and return the topics that it refuses."""
        self._client.subscribe([(topic, _QOS) for topic in topics])
        self._subscribed.wait(PATIENCE)
        return [
            topic
            for topic, reason in zip(topics, self._subscriptions, strict=False)
            if reason.is_failure
        ]

    def publish(self, topic: str, payload: str | bytes, *, retain: bool) -> int | None:
        """Hand a message over for delivery at least once.

        Returns:
            a number that no other message of this process has, or None when the connection is gone. One that is
            too long for the broker is refused here: the broker would end the connection, again and again.
        """
        length = len(topic.encode()) + len(
            payload.encode() if isinstance(payload, str) else payload
        )
        if length + _LONGEST_HEADER > self._limit:
            self._on_answer(self._base_number, TOO_LONG)
            return self._base_number
        info = self._client.publish(topic, payload, _QOS, retain)
        return self._base_number + info.mid if info.rc is MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def wait_until_ended(self, on_turn: Callable[[], None]) -> LinkError:
        """Wait for the end of the connection, and return what ended it.

        Args:
            on_turn: called about once a second, as long as paho's thread makes its rounds.
        """
        seen = self._client.turns
        while not self._ended.wait(_TURN):
            if self._client.turns != seen:
                seen = self._client.turns
                on_turn()
        self._let_go()
        return ended(self._settings, self._client_id, self._end, self._complaint)

    def close(self, last_words: Will | None = None, timeout: float = 3.0) -> None:
        """Disconnect, so that the broker does not publish the will.

        Args:
            last_words: published, retained, before.
            timeout: seconds that the broker has to confirm them.
        """
        if last_words and not self._ended.is_set():
            info = self._client.publish(last_words.topic, last_words.payload, _QOS, retain=True)
            if info.rc is MQTTErrorCode.MQTT_ERR_SUCCESS:
                info.wait_for_publish(timeout)
        self._client.disconnect()
        if self._ended.wait(timeout):
            # paho 2.1 forgets its thread when that ends, be it between looking for it and joining it.
            with suppress(AttributeError):
                self._client.loop_stop()
            self._let_go()

    def _let_go(self) -> None:
        """Break the cycle between the client and this object, whose sockets would wait for the garbage collector."""
        client = self._client
        client.on_connect = client.on_disconnect = client.on_subscribe = None
        client.on_publish = client.on_message = client.on_log = None

    def __str__(self) -> str:
        """Tell with whom."""
        return f"the connection with {self._settings.host}:{self._settings.effective_port}"

    def _make_client(self, will: Will | None) -> _TurningClient:
        settings = self._settings
        client = _TurningClient(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            protocol=_VERSIONS[self.version],
            reconnect_on_failure=False,
        )
        client.connect_timeout = PATIENCE
        if settings.username is not None:
            password = settings.password.get_secret_value() if settings.password else None
            client.username_pw_set(settings.username, password)
        if settings.tls.enabled:
            client.tls_set_context(tls_context(settings.tls))
        if will is not None:
            client.will_set(will.topic, will.payload, _QOS, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscription_answered
        client.on_publish = self._publish_answered
        client.on_message = self._message
        client.on_log = self._log
        client.on_socket_open = disable_nagle
        return client

    def _open(self, patience: float) -> None:
        settings = self._settings
        try:
            self._client.connect(
                settings.host,
                settings.effective_port,
                settings.keep_alive,
                properties=_wishes() if self.version == "5" else None,
            )
        except (OSError, UnicodeError) as error:
            raise unreachable(settings, error) from error
        self._client.loop_start()
        self._answered.wait(patience)
        if self._welcome is not None and not self._welcome.is_failure:
            return
        self.close()
        if self._welcome is None:
            raise unanswered(settings, self.version, self._complaint)
        raise refused(settings, self.version, self._welcome)

    # paho calls these on its own thread.

    def _connected(
        self,
        _client: Client,
        _data: object,
        _flags: object,
        reason: ReasonCode,
        properties: object,
    ) -> None:
        # Only MQTT 5 has properties, and only a broker with a limit names one.
        self._limit = getattr(properties, "MaximumPacketSize", _NO_LIMIT)
        self._welcome = reason
        self._answered.set()

    def _disconnected(
        self,
        _client: Client,
        _data: object,
        _flags: object,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        # The broker's own reason comes first; the closed socket is then reported without one.
        self._end = self._end or reason
        self._ended.set()
        self._answered.set()
        self._subscribed.set()

    def _subscription_answered(
        self,
        _client: Client,
        _data: object,
        _number: int,
        reasons: list[ReasonCode],
        _properties: object,
    ) -> None:
        self._subscriptions = reasons
        self._subscribed.set()

    def _publish_answered(
        self, _client: Client, _data: object, number: int, reason: ReasonCode, _properties: object
    ) -> None:
        refusal = reason.getName() if reason.is_failure else None
        self._on_answer(self._base_number + number, refusal)

    def _message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._on_message(message.topic, bytes(message.payload), message.retain)

    def _log(self, _client: Client, _data: object, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            self._complaint = text


def _wishes() -> Properties:
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's has no types
    wishes.MaximumPacketSize = _LONGEST_PACKET
    return wishes


def disable_nagle(_client: Client, _data: object, connected: Any) -> None:  # noqa: ANN401 - TLS wraps the socket
    """Send each message at once; for paho's on_socket_open.

    Observation, states and acknowledgements are small writes in a row, and Nagle's algorithm holds each back until the
    broker has acknowledged the one before, which Linux puts off by 40 ms.
    """
    connected.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
