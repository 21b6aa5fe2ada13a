"""A broker in this process that speaks just enough MQTT 3.1.1, and falls silent where a test wants it to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Self

from device.config import MqttSettings
from tests.hostile.packets import length, text

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK, _PINGREQ, _PINGRESP, _DISCONNECT = (
    0x10, 0x20, 0x30, 0x40, 0x82, 0x90, 0xC0, 0xD0, 0xE0,
)  # fmt: skip
_QOS_1 = 0x02


class FakeBroker:
    """Welcomes everybody on a port of this machine. Leaving the context ends it.

    Args:
        host: an address of this machine.
        port: 0 is any.

    Attributes:
        hangs_up_on_connect: whether it closes the connection instead of welcoming the client.
        answers_subscribe: whether it answers SUBSCRIBE; otherwise it reads it and stays silent.
        hangs_up_on_subscribe: whether it closes the connection instead.
        grants: what it answers for each topic of SUBSCRIBE.
        confirms: whether it answers PUBLISH.
        pause: seconds that it takes for each answer to PUBLISH.
        reads: whether it reads what clients send after CONNECT.
        unconfirmable: how many of the messages that it was sent need no answer.
        published: topic and payload of what it was sent, in its order.
        connections: how many clients came.
        subscriptions: how many times one asked for topics.
        disconnects: how many of them ended with DISCONNECT.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._place = host, port
        self.hangs_up_on_connect = False
        self.answers_subscribe = True
        self.hangs_up_on_subscribe = False
        self.grants = 1
        self.confirms = True
        self.pause = 0.0
        self.reads = True
        self.unconfirmable = 0
        self.published: list[tuple[str, bytes]] = []
        self.connections = 0
        self.subscriptions = 0
        self.disconnects = 0
        self._ends = threading.Semaphore(0)
        self._is_closing = threading.Event()
        self._server = socket.socket()
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="facet-fake-broker", daemon=True)

    @property
    def settings(self) -> MqttSettings:
        """Those of a client."""
        host, port = self._server.getsockname()
        return MqttSettings(host=host, port=port, protocol="3.1.1")

    def send(self, topic: str | bytes, payload: bytes) -> None:
        """Publish a message to the newest client, with quality of service 0; a topic of bytes may be anything."""
        body = text(topic) + payload
        self._clients[-1].sendall(bytes([_PUBLISH]) + length(len(body)) + body)

    def cut(self) -> None:
        """End the newest client's connection, as a broker does that restarts."""
        self._clients[-1].shutdown(socket.SHUT_RDWR)

    def wait_for_ends(self, number: int) -> None:
        """Wait until the connections of `number` clients have ended, and all that they sent is read."""
        for _ in range(number):
            assert self._ends.acquire(timeout=30), "a client is still connected"

    def wait_for_messages(self, number: int) -> None:
        """Wait until `number` messages have come."""
        end = time.monotonic() + 30
        while len(self.published) < number:
            assert time.monotonic() < end, f"only {len(self.published)} messages have come"
            time.sleep(0.005)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            self._clients.append(client)
            self.connections += 1
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as stream:
            try:
                while head := stream.read(1):
                    self._answer(client, head[0], stream.read(_read_length(stream.read)))
                    while not self.reads and not self._is_closing.wait(0.01):
                        pass
            except OSError:
                pass
        self._ends.release()

    def _answer(self, client: socket.socket, head: int, body: bytes) -> None:
        if head == _CONNECT and self.hangs_up_on_connect:
            client.shutdown(socket.SHUT_RDWR)
        elif head == _CONNECT:
            client.sendall(bytes([_CONNACK, 2, 0, 0]))
        elif head == _DISCONNECT:
            self.disconnects += 1
        elif head == _PINGREQ:
            client.sendall(bytes([_PINGRESP, 0]))
        elif head == _SUBSCRIBE and self.hangs_up_on_subscribe:
            client.shutdown(socket.SHUT_RDWR)
        elif head == _SUBSCRIBE and self.answers_subscribe:
            granted = bytes([self.grants] * _topics_in(body[2:]))
            self.subscriptions += 1
            client.sendall(bytes([_SUBACK, 2 + len(granted)]) + body[:2] + granted)
        elif head & 0xF0 == _PUBLISH:
            end = 2 + int.from_bytes(body[:2], "big")
            # Only a message that is to be confirmed has an id.
            start = end + 2 if head & _QOS_1 else end
            self.unconfirmable += not head & _QOS_1
            self.published.append((body[2:end].decode(), body[start:]))
            if self.confirms and head & _QOS_1:
                time.sleep(self.pause)
                client.sendall(bytes([_PUBACK, 2]) + body[end : end + 2])

    def __enter__(self) -> Self:
        self._server.bind(self._place)
        self._server.listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closing.set()
        # accept() does not return when another thread merely closes the socket.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        for client in self._clients:
            client.close()


def _read_length(read: Callable[[int], bytes]) -> int:
    size, shift = 0, 0
    while True:
        byte = read(1)[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return size


def _topics_in(body: bytes) -> int:
    """Return how many topics a SUBSCRIBE names; each is followed by its quality of service."""
    count = 0
    while body:
        body = body[2 + int.from_bytes(body[:2], "big") + 1 :]
        count += 1
    return count
