"""Thousands of packets that are almost right, each on a connection of its own: it ends or goes on, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from random import Random

import pytest

from device.errors import LinkError
from device.mqtt.connection import Connection, Handlers
from device.mqtt.message import ReceivedMessage
from device.mqtt.session import Session
from tests.faults.scale import scaled
from tests.hostile import packets
from tests.hostile.broker import HostileBroker, Visitor, honest
from tests.hostile.client import MEGABYTE, TOPIC, VERSIONS, resident, settings_for
from tests.hostile.packets import QOS_1, Kind, Packet, packet

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(scaled(3600, 120))]

CASES = scaled(100_000, 4_000)
_PROPERTIES = packets.limits(receive_maximum=3, maximum_packet_size=70_000, keep_alive=9)
_MOMENTS = (Kind.CONNECT, Kind.SUBSCRIBE, Kind.PUBLISH)


def seeds(version: int) -> list[bytes]:
    """One right packet of each type that a broker sends, with properties where MQTT 5 has them."""
    reason = b"\x1f" + packets.text("because")
    user = b"\x26" + packets.text("name") + packets.text("value")
    more = b"\0" + packets.properties(5, reason + user) if version == 5 else b""
    message = packets.properties(version, reason + user)
    return [
        packets.connack(version, content=_PROPERTIES + reason + user),
        packets.publish(version, TOPIC, b"ON", content=user),
        packets.publish(version, TOPIC, b"ON", flags=QOS_1, content=b"\x01\x01" + user),
        packet(Kind.PUBACK, b"\0\2" + more),
        packet(Kind.SUBACK, b"\0\1" + message + b"\1\1"),
        packet(Kind.UNSUBACK, b"\0\1" + message + b"\0"),
        packet(Kind.PINGRESP),
        packet(Kind.DISCONNECT, b"\x8b" + message),
        packet(Kind.PUBREC, b"\0\2" + more),
        packet(Kind.AUTH, b"\x18" + message),
    ]


def mutated(random: Random, seed: bytes) -> bytes:
    """The same with one to four bytes changed, inserted, removed or repeated, and perhaps with its length corrected."""
    data = bytearray(seed)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data) + 1)
        match random.randrange(4):
            case 0 if at < len(data):
                data[at] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
            case 1:
                data[at:at] = random.randbytes(random.randint(1, 9))
            case 2:
                del data[at : at + random.randint(1, 9)]
            case _:
                data[at:at] = data[at : at + random.randint(1, 40)]
    if len(data) > 2 and random.random() < 0.6:
        # Or most would end at a length that does not fit, and nothing behind it be read.
        return bytes(data[:1]) + packets.length(len(data) - 2) + data[2:]
    return bytes(data)


def cases(version: int) -> Iterator[tuple[Kind, bytes]]:
    """When to send what: one to three packets, of which at least one is wrong."""
    random = Random(version)  # noqa: S311 - a test that fails should fail again
    right = seeds(version)
    for _ in range(CASES):
        sent = [mutated(random, random.choice(right)), *random.choices(right, k=2)]
        random.shuffle(sent)
        yield random.choice(_MOMENTS), b"".join(sent[: random.randint(1, 3)])


def hostile_at(moment: Kind, data: bytes) -> Callable[[Visitor, Packet], None]:
    """Answer honestly until one moment; then send this, and hang up."""

    def script(visitor: Visitor, asked: Packet) -> None:
        if asked.kind is moment:
            visitor.send(data)
            visitor.hang_up()
        else:
            honest(visitor, asked)

    return script


@pytest.mark.parametrize("version", VERSIONS)
def test_whatever_a_broker_sends_ends_its_connection_at_most(version: str) -> None:
    """A link error with a sentence, or the end; no exception of any thread, no thread left over, no memory lost.

    pytest reports an exception of a thread as an error of this test.
    """
    received: SimpleQueue[ReceivedMessage] = SimpleQueue()
    endings: dict[str, int] = {}
    before, threads = 0, threading.active_count()
    with HostileBroker() as broker:
        for number, (moment, data) in enumerate(cases(VERSIONS[version])):
            if number == CASES // 4:
                before = resident()
            broker.script = hostile_at(moment, data)
            connection = Connection(
                settings_for(broker.port),
                Session(client_id="hall"),
                version,
                Handlers(message=received.put),
            )
            try:
                connection.open(patience=5)
                connection.subscribe("a", "b", patience=5)
                connection.publish("a", "x", retain=False)
                error = connection.wait_until_ended()
            except LinkError as caught:
                error = caught
            connection.close(timeout=5)
            assert connection.has_ended, data
            assert f"127.0.0.1:{broker.port}" in str(error), data
            endings[type(error).__name__] = endings.get(type(error).__name__, 0) + 1
            broker.visitors.clear()
            while not received.empty():
                received.get()
    grown = (resident() - before) / MEGABYTE
    print(f"MQTT {version}: {CASES} cases, {endings}, {grown:+.1f} MB resident")
    assert grown < 20
    broker.wait_until(lambda: threading.active_count() <= threads, "all threads have ended")
