"""The packets that a broker sends, judged by their first bytes: before anything is allocated for the others. Pure.

MQTT lets a packet announce 256 MB, and paho asks the system for as many. Here a message that is too long is cut, so
that it can be confirmed and forgotten; the rest of it is read and thrown away. Everything that a client which neither
sends nor subscribes with quality of service 2 cannot be sent ends the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from device.errors import ViolationError

# Bytes that are read at a time: some hundred messages, which take milliseconds before others have their turn.
_CHUNK = 0x4000
# Bytes of the longest topic, of its own length, and of the message's id: without them nothing could be confirmed.
_LONGEST_NAME = 2 + 0xFFFF + 2
_LONGEST_LENGTH_FIELD = 4
_GOES_ON = 0x80


class Kind(IntEnum):
    """Types of packets (MQTT 5, section 2.1.2), as far as a broker has a reason to send them to a node."""

    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBACK = 9
    UNSUBACK = 11
    PINGRESP = 13
    DISCONNECT = 14


class Frames:
    """Reads from a socket the way paho does, and hands on only what a broker may send.

    Args:
        longest: bytes that are handed on of one packet.
        version: of MQTT, "5" or "3.1.1".
    """

    def __init__(self, longest: int, version: str) -> None:
        self._longest = max(longest, _LONGEST_NAME)
        self._version = version
        self._has_begun = False
        # What was read and not handed on, from a position on.
        self._chunk = b""
        self._position = 0
        self._may_read = True
        self._head = bytearray()
        self._length = 0
        # Of the packet's first bytes, what paho has not fetched yet.
        self._ready = b""
        # Bytes of the rest: to be handed on, and then to be thrown away.
        self._due = 0
        self._surplus = 0

    @property
    def current(self) -> str:
        """The packet that is being read, for a sentence."""
        return f"{Kind(self._head[0] >> 4).name} of {self._length} bytes"

    @property
    def surplus(self) -> int:
        """Bytes by which the packet that is being read is longer than what is handed on of it."""
        return self._surplus

    @property
    def has_more(self) -> bool:
        """Whether something was read that is not handed on yet; select() does not see it."""
        return self._position < len(self._chunk)

    def begin_round(self) -> None:
        """Allow to read once more from the socket. A flood would otherwise never let the client send."""
        self._may_read = True

    def receive(self, read: Callable[[int], bytes], size: int) -> bytes:
        """Return the next bytes, at most size; none at the end of the connection.

        Args:
            read: returns up to a number of bytes from the socket.
            size: more than 0.

        Raises:
            BlockingIOError: nothing more is there now, or in this round.
            ViolationError: what comes next is nothing that a broker may send.
        """
        is_between = not self._ready and not self._due
        if is_between and not (self._throw_away(read) and self._read_head(read)):
            return b""
        if self._ready:
            handed_on, self._ready = self._ready[:size], self._ready[size:]
            return handed_on
        handed_on = self._take(read, min(size, self._due))
        self._due -= len(handed_on)
        return handed_on

    def _take(self, read: Callable[[int], bytes], size: int) -> bytes:
        """Return up to size bytes, from what was read before if there is any; none at the end of the connection."""
        if not self.has_more:
            if not self._may_read:
                raise BlockingIOError
            self._chunk, self._position = read(_CHUNK), 0
            self._may_read = False
        taken = self._chunk[self._position : self._position + size]
        self._position += len(taken)
        return taken

    def _throw_away(self, read: Callable[[int], bytes]) -> bool:
        """Read what is too much of the last packet; return whether the connection is still there."""
        while self._surplus:
            received = len(self._take(read, self._surplus))
            if not received:
                return False
            self._surplus -= received
        return True

    def _read_head(self, read: Callable[[int], bytes]) -> bool:
        """Read type and length of a packet; return whether the connection is still there."""
        if self._is_complete:
            self._head.clear()
        while not self._is_complete:
            byte = self._take(read, 1)
            if not byte:
                return False
            self._head += byte
            if len(self._head) == 1:
                self._judge_type(byte[0])
            elif len(self._head) > 1 + _LONGEST_LENGTH_FIELD:
                message = "a packet whose length has no end"
                raise ViolationError(message)
        self._length = sum(
            (byte & ~_GOES_ON) << 7 * place for place, byte in enumerate(self._head[1:])
        )
        self._due = min(self._length, self._longest)
        self._surplus = self._length - self._due
        if self._surplus and self._head[0] >> 4 != Kind.PUBLISH:
            raise ViolationError(self.current)
        self._ready = bytes(self._head[:1]) + _length_field(self._due)
        return True

    @property
    def _is_complete(self) -> bool:
        return len(self._head) > 1 and not self._head[-1] & _GOES_ON

    def _judge_type(self, byte: int) -> None:
        kind, flags = byte >> 4, byte & 0x0F
        if kind not in set(Kind) or (kind == Kind.DISCONNECT and self._version != "5"):
            message = f"a packet of type {kind}, first byte 0x{byte:02x}"
            raise ViolationError(message)
        if kind == Kind.CONNACK and self._has_begun:
            message = "CONNACK for the second time"
            raise ViolationError(message)
        if kind not in {Kind.CONNACK, Kind.DISCONNECT} and not self._has_begun:
            message = f"{Kind(kind).name} instead of an answer to CONNECT, first byte 0x{byte:02x}"
            raise ViolationError(message)
        if kind == Kind.PUBLISH and flags >> 1 & 3 > 1:
            message = (
                f"a message with quality of service {flags >> 1 & 3}, for which nobody has asked"
            )
            raise ViolationError(message)
        if kind != Kind.PUBLISH and flags:
            message = f"{Kind(kind).name} with flags, first byte 0x{byte:02x}"
            raise ViolationError(message)
        self._has_begun = True


def _length_field(length: int) -> bytes:
    """Return a length as MQTT writes it, seven bits a byte, the lowest first."""
    encoded = bytearray()
    while length >= _GOES_ON:
        encoded.append(length & ~_GOES_ON & 0xFF | _GOES_ON)
        length >>= 7
    return bytes([*encoded, length])
