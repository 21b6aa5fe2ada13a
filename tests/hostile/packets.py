"""MQTT as bytes, right and wrong: a builder for each packet that a broker sends, and a reader of a client's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

QOS_1 = 0x02
QOS_2 = 0x04
RETAIN = 0x01

RECEIVE_MAXIMUM = 33
SERVER_KEEP_ALIVE = 19
MAXIMUM_PACKET_SIZE = 39
USER_PROPERTY = 38
REASON_STRING = 31


class Kind(IntEnum):
    """All types of packets (MQTT 5, section 2.1.2)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


@dataclass(frozen=True)
class Packet:
    """What a client sent.

    Attributes:
        kind: its type.
        flags: the low half of its first byte.
        body: all behind its length.
    """

    kind: Kind
    flags: int
    body: bytes

    @property
    def has_id(self) -> bool:
        """Whether it is to be confirmed under an id."""
        return self.kind is not Kind.PUBLISH or bool(self.flags & (QOS_1 | QOS_2))

    @property
    def message_id(self) -> bytes:
        """MQTT's id of it."""
        start = 2 + len(self.topic.encode()) if self.kind is Kind.PUBLISH else 0
        return self.body[start : start + 2]

    @property
    def topic(self) -> str:
        """Of PUBLISH."""
        return self.body[2 : 2 + int.from_bytes(self.body[:2], "big")].decode()

    def payload(self, version: int) -> bytes:
        """Return that of PUBLISH without properties."""
        start = 2 + len(self.topic.encode()) + 2 * self.has_id + (version == 5)
        return self.body[start:]

    def topics_in(self, version: int) -> int:
        """Return how many topics SUBSCRIBE or UNSUBSCRIBE names, without properties."""
        rest = self.body[2 + (version == 5) :]
        count = 0
        while rest:
            rest = rest[2 + int.from_bytes(rest[:2], "big") + (self.kind is Kind.SUBSCRIBE) :]
            count += 1
        return count


def read_packet(read: Callable[[int], bytes]) -> Packet | None:
    """Read a client's next packet; None at its end."""
    head = read(1)
    if not head:
        return None
    size, place = 0, 0
    while True:
        byte = read(1)[0]
        size |= (byte & 0x7F) << place
        place += 7
        if not byte & 0x80:
            return Packet(Kind(head[0] >> 4), head[0] & 0xF, read(size))


def length(number: int) -> bytes:
    """Return a number as MQTT writes lengths, seven bits a byte."""
    encoded = bytearray()
    while True:
        number, low = divmod(number, 0x80)
        encoded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def text(content: str | bytes) -> bytes:
    """Return a text with its length; bytes may be anything."""
    encoded = content if isinstance(content, bytes) else content.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def packet(kind: int, body: bytes = b"", flags: int = 0, announced: int | None = None) -> bytes:
    """Return a packet.

    Args:
        kind: its type.
        body: all behind its length.
        flags: the low half of its first byte.
        announced: the length that it claims; its own, if not given.
    """
    claimed = len(body) if announced is None else announced
    return bytes([kind << 4 | flags]) + length(claimed) + body


def properties(version: int, content: bytes = b"") -> bytes:
    """Return a packet's properties with their length; nothing in MQTT 3.1.1."""
    return length(len(content)) + content if version == 5 else b""


def limits(
    *,
    receive_maximum: int | None = None,
    maximum_packet_size: int | None = None,
    keep_alive: int | None = None,
) -> bytes:
    """Return properties of CONNACK."""
    content = b""
    if receive_maximum is not None:
        content += bytes([RECEIVE_MAXIMUM]) + receive_maximum.to_bytes(2, "big")
    if maximum_packet_size is not None:
        content += bytes([MAXIMUM_PACKET_SIZE]) + maximum_packet_size.to_bytes(4, "big")
    if keep_alive is not None:
        content += bytes([SERVER_KEEP_ALIVE]) + keep_alive.to_bytes(2, "big")
    return content


def connack(version: int, code: int = 0, content: bytes = b"") -> bytes:
    """Return the answer to CONNECT, with properties as they are in MQTT 5."""
    return packet(Kind.CONNACK, bytes([0, code]) + properties(version, content))


def suback(version: int, message_id: bytes, codes: bytes) -> bytes:
    """Return the answer to SUBSCRIBE."""
    return packet(Kind.SUBACK, message_id + properties(version) + codes)


def publish(
    version: int,
    topic: str | bytes,
    payload: bytes = b"",
    *,
    flags: int = 0,
    message_id: int = 1,
    content: bytes = b"",
    announced: int | None = None,
) -> bytes:
    """Return a message, with properties as they are in MQTT 5."""
    body = text(topic)
    if flags & (QOS_1 | QOS_2):
        body += message_id.to_bytes(2, "big")
    return packet(Kind.PUBLISH, body + properties(version, content) + payload, flags, announced)
