"""What a broker may allow and ask for, and how much it may send: it fills no memory, and what it limits is kept."""

from __future__ import annotations

import threading
import time
from queue import SimpleQueue

import pytest

from device.errors import LinkError
from device.mqtt.message import ReceivedMessage, RetainedMessage
from device.mqtt.unconfirmed import Answer
from tests.hostile import packets
from tests.hostile.broker import PATIENCE, HostileBroker, Visitor, after, honest, instead_of
from tests.hostile.client import MEGABYTE, TOPIC, VERSIONS, connection_with, resident, subscribed
from tests.hostile.packets import QOS_1, QOS_2, Kind, Packet, packet

pytestmark = pytest.mark.hostile


@pytest.mark.parametrize("version", VERSIONS)
def test_a_message_of_256_megabytes_takes_no_memory(version: str) -> None:
    """What is announced is not allocated, what comes is thrown away, and the next message arrives."""
    number = VERSIONS[version]
    size = 268_435_455
    message = packets.publish(number, TOPIC, b"x", flags=QOS_1, announced=size)
    missing = size - (len(message) - 5)
    chunk = bytes(2**20)
    received: SimpleQueue[ReceivedMessage] = SimpleQueue()
    most = 0

    def script(visitor: Visitor, asked: Packet) -> None:
        nonlocal most
        honest(visitor, asked)
        if asked.kind is Kind.SUBSCRIBE:
            visitor.send(message)
            left = missing
            while left:
                visitor.send(chunk[:left])
                left -= min(left, len(chunk))
                most = max(most, resident())
            visitor.send(packets.publish(number, TOPIC, b"OFF"))

    before = resident()
    with subscribed(script, version, received) as (broker, connection):
        long, short = received.get(timeout=PATIENCE), received.get(timeout=PATIENCE)
        assert len(long.payload) + long.missing == missing + 1
        assert short.payload == b"OFF"
        broker.wait_until(lambda: broker.count(Kind.PUBACK) == 1, "it is confirmed")
        assert not connection.has_ended
    print(f"256 MB announced and sent: {(most - before) / MEGABYTE:+.1f} MB resident at most")
    assert most - before < 20 * MEGABYTE


@pytest.mark.parametrize("version", VERSIONS)
def test_messages_of_quality_2_that_are_never_released_take_no_memory(version: str) -> None:
    """The first of them ends the connection, for nobody has asked for it."""
    number = VERSIONS[version]
    data = b"".join(
        packets.publish(number, TOPIC, bytes(3000), flags=QOS_2, message_id=i)
        for i in range(1, 65_536)
    )
    before = resident()
    with subscribed(after(Kind.SUBSCRIBE, data), version) as (_broker, connection):
        assert "quality of service 2" in str(connection.wait_until_ended())
        grown = resident() - before
    print(f"65,535 messages of quality 2: {grown / MEGABYTE:+.1f} MB resident")
    assert grown < 20 * MEGABYTE


def test_a_broker_that_takes_one_message_at_a_time_gets_one() -> None:
    """MQTT 5, 3.3.4: one more would be an error of the protocol, for which it may end the connection."""
    unconfirmed: list[bytes] = []
    most = 0
    release = threading.Event()

    def script(visitor: Visitor, asked: Packet) -> None:
        nonlocal most
        match asked.kind:
            case Kind.CONNECT:
                visitor.send(packets.connack(5, content=packets.limits(receive_maximum=1)))
            case Kind.PUBLISH:
                unconfirmed.append(asked.message_id)
                most = max(most, len(unconfirmed))
                if release.is_set():
                    while unconfirmed:
                        visitor.send(packet(Kind.PUBACK, unconfirmed.pop(0)))
            case Kind.PINGREQ:
                while unconfirmed:
                    visitor.send(packet(Kind.PUBACK, unconfirmed.pop(0)))
            case _:
                honest(visitor, asked)

    answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
    with subscribed(script, "5", answers=answers) as (broker, connection):
        numbers = [connection.publish("a", str(i), retain=False) for i in range(8)]
        broker.wait_until(lambda: bool(unconfirmed), "one has come")
        time.sleep(0.3)
        release.set()
        broker.newest.send(packet(Kind.PUBACK, unconfirmed.pop(0)))
        assert [answers.get(timeout=PATIENCE)[0] for _ in numbers] == numbers
        assert most == 1
        assert broker.published("a") == [str(i).encode() for i in range(8)]


@pytest.mark.parametrize("keep_alive", [0, 65_535])
def test_a_broker_cannot_keep_the_node_from_noticing_that_it_is_gone(keep_alive: int) -> None:
    """It asks for no pings, or for one in eighteen hours; the node goes on with those of its configuration."""
    script = instead_of(
        Kind.CONNECT, packets.connack(5, content=packets.limits(keep_alive=keep_alive))
    )
    with HostileBroker(script) as broker:
        connection = connection_with(broker, "5", keep_alive=5)
        connection.open()
        broker.wait_until(lambda: broker.count(Kind.PINGREQ) >= 1, "a ping comes")
        connection.close(timeout=0.5)


def test_a_broker_that_takes_no_packet_is_not_sent_any() -> None:
    """Twenty bytes are too few for SUBSCRIBE; the sentence names the limit and where to raise it."""
    script = instead_of(
        Kind.CONNECT, packets.connack(5, content=packets.limits(maximum_packet_size=20))
    )
    with HostileBroker(script) as broker:
        connection = connection_with(broker, "5")
        connection.open()
        with pytest.raises(LinkError, match=r"no packet of more than 20 bytes; .*max_packet_size"):
            connection.subscribe("facet/hall/set/+")
        connection.close(RetainedMessage("facet/hall/status", "offline"), timeout=0.5)
        assert broker.count(Kind.SUBSCRIBE) == broker.count(Kind.PUBLISH) == 0


def test_what_is_longer_than_the_broker_takes_is_refused_and_the_next_is_sent() -> None:
    """A picture is dropped, and an observation waits; neither blocks what comes after it."""
    script = instead_of(
        Kind.CONNECT, packets.connack(5, content=packets.limits(maximum_packet_size=200))
    )
    answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
    with subscribed(script, "5", answers=answers) as (broker, connection):
        connection.publish("a", "x" * 200, retain=False)
        connection.publish_to_present("a", b"y" * 200)
        number = connection.publish("a", "z", retain=False)
        refused = [answers.get(timeout=PATIENCE)[1].refusal for _ in range(2)]
        assert refused == ["it is longer than the broker allows"] * 2
        assert answers.get(timeout=PATIENCE) == (number, Answer(None, is_heard=True))
        assert broker.published("a") == [b"z"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("codes", [b"", b"\1", b"\1\1\1"], ids=["none", "one", "three"])
def test_an_answer_to_subscribe_that_lacks_topics_is_an_error(version: str, codes: bytes) -> None:
    """Whether a command would arrive is not known, so the node does not count as connected."""
    script = instead_of(
        Kind.SUBSCRIBE, lambda _v, p: packets.suback(VERSIONS[version], p.message_id, codes)
    )
    with HostileBroker(script) as broker:
        connection = connection_with(broker, version)
        connection.open()
        with pytest.raises(LinkError, match=f"{len(codes)} answers to SUBSCRIBE for 2 topics"):
            connection.subscribe("a", "b")
        connection.close(timeout=0.5)
