"""A broker on a real socket that does what a test tells it to, packet by packet, in MQTT 3.1.1 and 5.

A script answers each packet of a client. `honest` does it as MQTT demands; the others deviate from it in one place::

    with HostileBroker(after(Kind.SUBSCRIBE, packet(Kind.AUTH))) as broker:
        node = ... MqttSettings(host="127.0.0.1", port=broker.port)
        broker.script = honest  # from the next packet on
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Self

from tests.hostile import packets
from tests.hostile.packets import QOS_1, Kind, Packet, read_packet

PATIENCE = 45.0
"""Seconds until a test gives up waiting."""


class Visitor:
    """A client as the broker sees it.

    Attributes:
        version: of MQTT, as the client asked for it: 4 is 3.1.1.
        received: what it has sent, in its order.
        has_left: whether its connection is over.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.version = 0
        self.received: list[Packet] = []
        self.has_left = threading.Event()
        self._connection = connection

    def send(self, data: bytes, pause: float = 0.0) -> None:
        """Send bytes; with a pause, of so many seconds, each of them alone."""
        try:
            if not pause:
                self._connection.sendall(data)
                return
            for byte in data:
                self._connection.sendall(bytes([byte]))
                if self.has_left.wait(pause):
                    return
        except OSError:
            self.has_left.set()

    def hang_up(self) -> None:
        """End the connection."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            self.has_left.set()


Script = Callable[[Visitor, Packet], None]
"""Answers one packet of a client."""


def honest(visitor: Visitor, packet: Packet) -> None:
    """Answer as a broker should that lets everybody do everything, and has no other client."""
    version = visitor.version
    match packet.kind:
        case Kind.CONNECT:
            visitor.send(packets.connack(version))
        case Kind.SUBSCRIBE:
            granted = bytes([1] * packet.topics_in(version))
            visitor.send(packets.suback(version, packet.message_id, granted))
        case Kind.UNSUBSCRIBE:
            codes = bytes(packet.topics_in(version)) if version == 5 else b""
            body = packet.message_id + packets.properties(version) + codes
            visitor.send(packets.packet(Kind.UNSUBACK, body))
        case Kind.PUBLISH if packet.flags & QOS_1:
            visitor.send(packets.packet(Kind.PUBACK, packet.message_id))
        case Kind.PINGREQ:
            visitor.send(packets.packet(Kind.PINGRESP))


def silent(_visitor: Visitor, _packet: Packet) -> None:
    """Accept the connection, and answer nothing."""


Data = bytes | Callable[[Visitor, Packet], bytes]
"""What is sent, or what makes it for a client and its packet."""


def instead_of(kind: Kind, data: Data, *, pause: float = 0.0) -> Script:
    """Answer packets of one type with these bytes, and the others honestly."""

    def script(visitor: Visitor, packet: Packet) -> None:
        if packet.kind is kind:
            visitor.send(data if isinstance(data, bytes) else data(visitor, packet), pause)
        else:
            honest(visitor, packet)

    return script


def after(kind: Kind, data: Data, *, pause: float = 0.0) -> Script:
    """Answer honestly, and packets of one type with these bytes in addition."""

    def script(visitor: Visitor, packet: Packet) -> None:
        honest(visitor, packet)
        if packet.kind is kind:
            visitor.send(data if isinstance(data, bytes) else data(visitor, packet), pause)

    return script


class HostileBroker:
    """Runs on a port of this machine, for any number of clients. Leaving the context ends it.

    Args:
        script: answers each packet.
        tls: what its connections are wrapped in.
        greeting: sent to whoever connects, before it has said anything.
        pause: seconds after each byte of the greeting.

    Attributes:
        script: may be exchanged at any time.
        visitors: all clients so far.
    """

    def __init__(
        self,
        script: Script = honest,
        *,
        tls: ssl.SSLContext | None = None,
        greeting: bytes = b"",
        pause: float = 0.0,
    ) -> None:
        self.script = script
        self.greeting = greeting
        self.visitors: list[Visitor] = []
        self._pause = pause
        self._tls = tls
        self._server = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="hostile-broker", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.getsockname()[1])

    @property
    def newest(self) -> Visitor:
        """The client that came last."""
        return self.visitors[-1]

    def published(self, topic: str) -> list[bytes]:
        """Return the payloads on a topic that clients have sent, in their order."""
        return [
            packet.payload(visitor.version)
            for visitor in list(self.visitors)
            for packet in list(visitor.received)
            if packet.kind is Kind.PUBLISH and packet.topic == topic
        ]

    def count(self, kind: Kind) -> int:
        """Return how many packets of a type have come."""
        return sum(
            packet.kind is kind
            for visitor in list(self.visitors)
            for packet in list(visitor.received)
        )

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
            time.sleep(0.005)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        visitor = None
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            visitor = Visitor(connection)
            self.visitors.append(visitor)
            visitor.send(self.greeting, self._pause)
            with connection, connection.makefile("rb") as stream:
                while (packet := read_packet(stream.read)) is not None:
                    if packet.kind is Kind.CONNECT:
                        visitor.version = packet.body[6]
                    visitor.received.append(packet)
                    self.script(visitor, packet)
        except (OSError, ValueError, IndexError):
            pass  # the client has left, perhaps in the middle of a packet, or does not speak MQTT
        if visitor is not None:
            visitor.has_left.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # accept() does not return when another thread merely closes the socket.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        for visitor in self.visitors:
            visitor.has_left.set()
        for connection in self._connections:
            connection.close()
