"""What of a broker's bytes reaches paho, whatever they are."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import ViolationError
from device.mqtt.frames import Frames

CONNACK = b"\x20\x02\x00\x00"
LONGEST = 65_539
"""The longest topic, its length and an id: less could not be confirmed."""


class Wire:
    """A socket that gives its bytes in pieces, and sometimes none."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._stream = io.BytesIO(data)
        self._piece = piece
        self._is_dry = False
        self.most_asked = 0

    def read(self, size: int) -> bytes:
        """Return up to size bytes, or have nothing every other time."""
        self.most_asked = max(self.most_asked, size)
        self._is_dry = not self._is_dry
        if self._is_dry:
            raise BlockingIOError
        return self._stream.read(min(size, self._piece))


def handed_on(frames: Frames, wire: Wire, most: int = 1_000_000) -> bytes:
    """All that is handed on, asked for as paho does: a byte at a time for the head, then for all of the rest."""
    result = bytearray()
    while len(result) < most:
        frames.begin_round()
        try:
            piece = frames.receive(wire.read, most - len(result))
        except BlockingIOError:
            continue
        if not piece:
            break
        result += piece
    return bytes(result)


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_what_is_allowed_is_handed_on_as_it_came(piece: int) -> None:
    """In whatever pieces the network delivers it."""
    data = CONNACK + b"\x90\x03\x00\x01\x01" + b"\x32\xc8\x01" + bytes(200) + b"\xd0\x00"
    assert handed_on(Frames(1000, "3.1.1"), Wire(data, piece)) == data


def test_a_long_message_is_cut_and_the_next_one_is_whole() -> None:
    """Its length is corrected, and at no time is the system asked for more than is handed on."""
    payload = bytes(2_000_000)
    head = b"\x32\x80\x89\x7a"
    wire = Wire(CONNACK + head + payload + b"\xd0\x00", 65_536)
    cut = b"\x32\x83\x80\x04" + payload[:LONGEST]
    assert handed_on(Frames(1000, "5"), wire) == CONNACK + cut + b"\xd0\x00"
    assert wire.most_asked <= 65_536


def test_while_a_long_message_is_handed_on_its_surplus_is_known() -> None:
    """Whoever receives it must know that its end is missing."""
    frames = Frames(1000, "5")
    wire = Wire(CONNACK + b"\x30\x80\x89\x7a" + bytes(2_000_000) + b"\x30\x02\x00\x00", 65_536)
    handed_on(frames, wire, len(CONNACK) + 4 + LONGEST)
    assert frames.surplus == 2_000_000 - LONGEST
    assert handed_on(frames, wire, 4) == b"\x30\x02\x00\x00"
    assert frames.surplus == 0


def test_the_end_of_the_connection_is_handed_on_wherever_it_comes() -> None:
    """No bytes mean that there are no more: in the head, in the rest, and in what is thrown away."""
    whole = CONNACK + b"\x30\x80\x89\x7a" + bytes(2_000_000)
    for length in (0, 1, 3, 5, 6, 100, 1_900_000):
        assert len(handed_on(Frames(1000, "5"), Wire(whole[:length], 65_536))) <= length


def test_disconnect_comes_from_brokers_of_mqtt_5_only() -> None:
    """In MQTT 3.1.1 only a client sends it."""
    assert handed_on(Frames(1000, "5"), Wire(b"\xe0\x00", 9)) == b"\xe0\x00"
    with pytest.raises(ViolationError, match="type 14"):
        handed_on(Frames(1000, "3.1.1"), Wire(b"\xe0\x00", 9))


@given(st.binary(max_size=200), st.sampled_from(["5", "3.1.1"]), st.integers(1, 50))
def test_any_bytes_are_handed_on_or_are_a_violation(data: bytes, version: str, piece: int) -> None:
    """Nothing else is raised, nothing is invented, and nothing goes round in circles."""
    wire = Wire(CONNACK + data, piece)
    try:
        result = handed_on(Frames(1000, version), wire)
    except ViolationError:
        return
    assert result.startswith(CONNACK)
    assert len(result) <= len(CONNACK) + len(data)
