"""paho's client, made so that nothing that a broker sends can end its thread or fill the memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTErrorCode, MQTTProtocolVersion

from device.errors import ViolationError
from device.mqtt.frames import Frames, Kind
from device.mqtt.message import ReceivedMessage
from device.mqtt.publication import Publication, read_publication
from device.mqtt.session import Session

_LOG = logging.getLogger(__name__)

_VERSIONS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}
# Bytes of one packet for a client that takes all: as much as a Listener keeps.
_LONGEST_OF_ALL = 16 * 2**20
# What paho itself writes to its socket pair, which its thread waits for.
_WAKE = b"0"
# Characters of paho's words about a packet.
_MOST_SHOWN = 100


class BoundedClient(Client):
    """Reads only what a broker may send, and ends the connection when it cannot be understood.

    What it overrides are the places through which paho gets all that comes: the bytes, and the packet that they make.
    An exception there would end paho's thread, and with it the process. A flood costs little: what is read at once is
    handled at once, and nothing is written out that nobody reads.

    Args:
        session: as which client.
        version: of MQTT, "5" or "3.1.1".
    """

    def __init__(self, session: Session, version: str) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            session.client_id,
            # MQTT 5 has this in CONNECT instead.
            clean_session=None if version == "5" else not session.is_kept,
            protocol=_VERSIONS[version],
            reconnect_on_failure=False,
        )
        self.rounds = 0
        """Of the network loop; whether it hangs cannot be seen otherwise."""
        self.violation = ""
        """What the broker sent that no broker may send."""
        self.receive: Callable[[ReceivedMessage], None] = lambda _message: None
        """Takes each message, instead of paho's on_message."""
        self._has_properties = version == "5"
        self._frames = Frames(session.longest_packet or _LONGEST_OF_ALL, version)

    def limit(self, most_in_flight: int | None, keep_alive: int) -> None:
        """Keep to what the broker has answered to CONNECT; to be called before anything is published.

        Args:
            most_in_flight: messages that it takes before it has confirmed the first; None if it did not say.
            keep_alive: seconds of the configuration. A broker may ask for less; one that asks for more, or for none at
                all, would keep the node from noticing that the broker is gone.
        """
        if most_in_flight is not None:
            # paho's own setter refuses once the socket is open, and paho does not read the broker's answer itself.
            self._max_inflight_messages = min(self._max_inflight_messages, most_in_flight)
        self._keepalive = min(self._keepalive or keep_alive, keep_alive)

    def let_go(self) -> None:
        """Close the sockets; to be called once the thread has ended. Otherwise the garbage collector does, some day."""
        self._reset_sockets()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Wake paho's thread once for what is published within, at the end, instead of for each message.

        A thread that is awake wants the interpreter, and whoever publishes the next message would wait for it. Only one
        thread at a time may be within.
        """
        waker, self._sockpairW = self._sockpairW, None
        try:
            yield
        finally:
            self._sockpairW = waker
            if self._sockpairR is None:
                # let_go() has come in between, and has not seen this one.
                self._reset_sockets(sockpair_only=True)
            elif waker is not None:
                # One that is full has woken the thread already.
                with suppress(OSError):
                    waker.send(_WAKE)

    def _packet_queue(
        self,
        command: int,
        packet: bytes | bytearray,
        mid: int,
        qos: int,
        info: MQTTMessageInfo | None = None,
    ) -> MQTTErrorCode:
        try:
            return super()._packet_queue(command, packet, mid, qos, info)
        except (OSError, AttributeError):
            # Since paho looked whether there is a waker, together() has put it away, and will use it, or let_go() has
            # closed it. The packet is queued in either case.
            return MQTTErrorCode.MQTT_ERR_SUCCESS

    def loop_misc(self) -> MQTTErrorCode:
        """End a round."""
        self.rounds += 1
        return super().loop_misc()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what has come: all of it, for paho asks the system before each packet whether there is more."""
        self._frames.begin_round()
        code = super().loop_read(max_packets)
        while code == MQTTErrorCode.MQTT_ERR_SUCCESS and self._frames.has_more:
            code = super().loop_read(max_packets)
        return code

    def _easy_log(self, level: LogLevel, fmt: str, *args: object) -> None:
        # paho writes out every packet before it asks whether anybody wants to know.
        if level == LogLevel.MQTT_LOG_ERR:
            super()._easy_log(level, fmt, *args)

    def _sock_recv(self, bufsize: int) -> bytes:
        try:
            return self._frames.receive(super()._sock_recv, bufsize)
        except ViolationError as error:
            # paho takes it for an error of the socket, and ends the connection.
            self.violation = str(error)
            raise

    def _packet_handle(self) -> MQTTErrorCode:
        try:
            if self._in_packet["command"] >> 4 == Kind.PUBLISH:
                code = self._take(self._in_packet["command"] & 0x0F, self._in_packet["packet"])
            else:
                code = super()._packet_handle()
        except ViolationError as error:
            self.violation = str(error)
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        except Exception as error:  # noqa: BLE001 - see above
            _LOG.debug("A packet cannot be understood", exc_info=True)
            self._refuse(ascii(error)[:_MOST_SHOWN])
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        # With it paho also answers a CONNACK that refuses the client.
        is_welcome = self._in_packet["command"] >> 4 == Kind.CONNACK
        if code == MQTTErrorCode.MQTT_ERR_PROTOCOL and not is_welcome:
            self._refuse(code.name)
        return code

    def _refuse(self, why: str) -> None:
        self.violation = f"{self._frames.current} that cannot be understood: {why}"

    def _take(self, flags: int, body: bytearray) -> MQTTErrorCode:
        """Hand a message on, and confirm it, also if nobody can use it: the broker would wait for that."""
        publication = read_publication(flags, body, has_properties=self._has_properties)
        if publication.topic is None:
            _LOG.debug("A message whose topic is not UTF-8 is dropped")
        else:
            self._hand_on(publication.topic, publication)
        if publication.message_id is None:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        return self._send_puback(publication.message_id)

    def _hand_on(self, topic: str, publication: Publication) -> None:
        missing = self._frames.surplus
        message = ReceivedMessage(topic, publication.payload, publication.is_retained, missing)
        try:
            self.receive(message)
        except Exception:  # noqa: BLE001 - the fault is not the broker's, and not worth a connection
            _LOG.exception("A message could not be handed on")
