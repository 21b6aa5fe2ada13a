"""A message as bytes of a packet. Pure.

A flood is thousands of them a second, and what paho makes of each, properties above all, takes three times as long as
what a node needs to know.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.errors import ViolationError

_QOS = 0x06
_RETAIN = 0x01
_GOES_ON = 0x80
_LONGEST_LENGTH_FIELD = 4


@dataclass(frozen=True, slots=True)
class Publication:
    """What PUBLISH contains.

    Attributes:
        topic: None where it is not UTF-8; the standard demands that, but not every broker enforces it.
        payload: the content.
        is_retained: whether the broker had kept it from before.
        message_id: under which it is to be confirmed; None if it is not.
    """

    topic: str | None
    payload: bytes
    is_retained: bool
    message_id: int | None


def read_publication(flags: int, body: bytes | bytearray, *, has_properties: bool) -> Publication:
    """Read PUBLISH. Its properties mean nothing to a node, and are passed over.

    Args:
        flags: the low half of the packet's first byte.
        body: all behind its length.
        has_properties: as in MQTT 5.

    Raises:
        ViolationError: a length in it reaches beyond its end.
    """
    start = 2 + int.from_bytes(body[:2], "big")
    topic, message_id = body[2:start], None
    if flags & _QOS:
        message_id = int.from_bytes(body[start : start + 2], "big")
        start += 2
    if has_properties:
        start = _behind_properties(body, start)
    if start > len(body) or message_id == 0:
        message = f"PUBLISH of {len(body)} bytes that cannot be understood"
        raise ViolationError(message)
    try:
        text = topic.decode()
    except UnicodeDecodeError:
        text = None
    return Publication(text, bytes(body[start:]), bool(flags & _RETAIN), message_id)


def _behind_properties(body: bytes | bytearray, start: int) -> int:
    """Return where they end; beyond the packet's end if their length does."""
    length = 0
    for place, byte in enumerate(body[start : start + _LONGEST_LENGTH_FIELD]):
        length |= (byte & ~_GOES_ON) << 7 * place
        if not byte & _GOES_ON:
            return start + place + 1 + length
    return len(body) + 1
