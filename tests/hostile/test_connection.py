"""What a broker may do to a connection: it ends, with a sentence for the owner, and nothing else ends with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import psutil
import pytest

from device.config import MqttSettings
from device.errors import LinkError, ProtocolRefusedError
from device.mqtt.connection import Connection, Handlers
from device.mqtt.message import ReceivedMessage, RetainedMessage
from device.mqtt.session import Session
from device.mqtt.unconfirmed import Answer
from tests.hostile import packets
from tests.hostile.broker import (
    PATIENCE,
    HostileBroker,
    Script,
    Visitor,
    after,
    honest,
    instead_of,
    silent,
)
from tests.hostile.packets import QOS_1, QOS_2, Kind, Packet, packet

pytestmark = pytest.mark.hostile

VERSIONS = {"5": 5, "3.1.1": 4}
MEGABYTE = 1_000_000
TOPIC = "facet/hall/set/privacy"


def settings_for(port: int, **more: object) -> MqttSettings:
    """Settings of a client of a broker on this machine."""
    return MqttSettings.model_validate({"host": "127.0.0.1", "port": port, **more})


def connection_with(
    broker: HostileBroker,
    version: str,
    *,
    received: SimpleQueue[ReceivedMessage] | None = None,
    answers: SimpleQueue[tuple[int, Answer]] | None = None,
    **settings: object,
) -> Connection:
    """A connection that is not open yet; what comes goes into the queues."""
    messages = received if received is not None else SimpleQueue[ReceivedMessage]()
    confirmations = answers if answers is not None else SimpleQueue[tuple[int, Answer]]()
    handlers = Handlers(
        message=messages.put, answer=lambda number, answer: confirmations.put((number, answer))
    )
    session = Session(client_id="hall")
    return Connection(settings_for(broker.port, **settings), session, version, handlers)


@contextmanager
def subscribed(
    script: Script,
    version: str,
    received: SimpleQueue[ReceivedMessage] | None = None,
    answers: SimpleQueue[tuple[int, Answer]] | None = None,
) -> Iterator[tuple[HostileBroker, Connection]]:
    """A connection that has subscribed, and its broker."""
    with HostileBroker(script) as broker:
        connection = connection_with(broker, version, received=received, answers=answers)
        connection.open()
        connection.subscribe("facet/hall/set/+")
        yield broker, connection
        connection.close(timeout=0.5)


def resident() -> int:
    """The bytes of memory that this process keeps resident."""
    return int(psutil.Process().memory_info().rss)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (packet(0, b""), "a packet of type 0, first byte 0x00"),
        (packet(Kind.CONNECT, b"\0\4MQTT\4\2\0\0\0\0"), "a packet of type 1"),
        (packet(Kind.SUBSCRIBE, b"\0\1\0\1a\0", flags=2), "a packet of type 8"),
        (packet(Kind.PINGREQ), "a packet of type 12"),
        (packet(Kind.AUTH), "a packet of type 15"),
        (packet(Kind.PUBREC, b"\0\1"), "a packet of type 5"),
        (packet(Kind.PUBREL, b"\0\1", flags=2), "a packet of type 6"),
        (packet(Kind.CONNACK, b"\0\0\0"), "CONNACK for the second time"),
        (packet(Kind.PUBACK, b"\0"), "PUBACK of 1 bytes that cannot be understood"),
        (packet(Kind.PUBACK, b"\0\1\xee\0"), "PUBACK of 4 bytes that cannot be understood"),
        (packet(Kind.PUBACK, b"\0\1", flags=4), "PUBACK with flags, first byte 0x44"),
        (packet(Kind.SUBACK, b"\0\1\0\3"), "SUBACK of 4 bytes that cannot be understood"),
        (packet(Kind.UNSUBACK, b""), "UNSUBACK of 0 bytes that cannot be understood"),
        (packet(Kind.PINGRESP, b"x"), "PINGRESP of 1 bytes that cannot be understood"),
        (packet(Kind.PUBLISH, b""), "PUBLISH of 0 bytes that cannot be understood"),
        (packet(Kind.PUBLISH, b"\0\x09abc"), "PUBLISH of 5 bytes that cannot be understood"),
        (packet(Kind.PUBLISH, b"\0\1a", flags=2), "PUBLISH of 3 bytes that cannot be understood"),
        (packet(Kind.PUBLISH, b"\0\1a\0\1", flags=4), "a message with quality of service 2"),
        (packet(Kind.PUBLISH, b"\0\1a\0\1", flags=6), "a message with quality of service 3"),
        (b"\x30\xff\xff\xff\xff\x7f", "a packet whose length has no end"),
        (packet(Kind.PUBACK, b"\0\1", announced=268_435_455), "PUBACK of 268435455 bytes"),
        (b"\xff" * 50, "a packet of type 15, first byte 0xff"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_broker_may_send_ends_the_connection_with_a_sentence(
    version: str, data: bytes, says: str
) -> None:
    """It names the broker and what came; paho's thread has ended in good order."""
    with subscribed(after(Kind.SUBSCRIBE, data), version) as (broker, connection):
        error = connection.wait_until_ended()
        assert f"127.0.0.1:{broker.port} sent something that is not MQTT ({says}" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01",
        b"\x26\x00\x01\xff\x00\x01b",
        b"\x26\x00\x09a\x00\x01b",
        b"\x23\x00\x00",
        b"\x7f\x01",
        b"\x03\x00\x02\xed\xa0",
        b"\x0b\x80\x80\x80\x80\x01",
        b"\x21\x00\x01",
    ],
    ids=[
        "no such property",
        "a name that is not UTF-8",
        "a name longer than the packet",
        "topic alias 0",
        "an unknown property",
        "a surrogate",
        "a number without end",
        "a property of CONNACK",
    ],
)
def test_wrong_properties_of_a_message_mean_nothing(content: bytes) -> None:
    """Wherever they are wrong: in the name, the type, the length or the text. No property means anything to a node."""
    data = packets.publish(5, TOPIC, b"ON", content=content)
    received: SimpleQueue[ReceivedMessage] = SimpleQueue()
    with subscribed(after(Kind.SUBSCRIBE, data), "5", received) as (_broker, connection):
        assert received.get(timeout=PATIENCE).payload == b"ON"
        assert not connection.has_ended


@pytest.mark.parametrize(
    "content",
    [b"\x26\x00\x01\xff\x00\x01b", b"\x1f\x00\x09a", b"\x7f\x01", b"\x21\x00\x00", b"\x27\0\0\0\0"],
    ids=["not UTF-8", "too long", "unknown", "receive maximum 0", "packet size 0"],
)
def test_wrong_properties_of_the_welcome_end_the_connection_with_a_sentence(content: bytes) -> None:
    """What the broker allows is not known then."""
    with HostileBroker(instead_of(Kind.CONNECT, packets.connack(5, content=content))) as broker:
        connection = connection_with(broker, "5")
        with pytest.raises(ProtocolRefusedError, match="CONNACK of .* cannot be understood"):
            connection.open()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("flags", [0, QOS_1], ids=["at most once", "at least once"])
def test_a_topic_that_is_not_utf_8_is_dropped_and_confirmed(version: str, flags: int) -> None:
    """Anybody may have published it; the next message arrives, and the connection lives."""
    number = VERSIONS[version]
    data = packets.publish(number, b"facet/hall/set/\xff\xed\xa0\x80", b"ON", flags=flags)
    received: SimpleQueue[ReceivedMessage] = SimpleQueue()
    script = after(Kind.SUBSCRIBE, data + packets.publish(number, TOPIC, b"OFF"))
    with subscribed(script, version, received) as (broker, connection):
        assert received.get(timeout=PATIENCE).payload == b"OFF"
        if flags:
            broker.wait_until(lambda: broker.count(Kind.PUBACK) == 1, "it is confirmed")
        assert received.empty()
        assert not connection.has_ended


@pytest.mark.parametrize("version", VERSIONS)
def test_acknowledgements_for_what_was_never_sent_mean_nothing(version: str) -> None:
    """Of messages, subscriptions and pings; what is sent afterwards is confirmed as ever."""
    number = VERSIONS[version]
    unasked = b"".join(
        packet(Kind.PUBACK, i.to_bytes(2, "big"))
        + packets.suback(number, (i + 100).to_bytes(2, "big"), b"\x80")
        + packet(Kind.PINGRESP)
        for i in range(1000)
    )
    answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
    script = instead_of(
        Kind.SUBSCRIBE, lambda _v, p: unasked + packets.suback(number, p.message_id, b"\1")
    )
    with subscribed(script, version, answers=answers) as (_broker, connection):
        published = connection.publish("a", "x", retain=False)
        assert answers.get(timeout=PATIENCE) == (
            published,
            Answer(None, True if version == "5" else None),
        )
        assert answers.empty()


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


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "greeting",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x28",
        packets.publish(4, TOPIC, b"ON"),
        packet(Kind.PINGRESP),
    ],
    ids=["SSH", "HTTP", "TLS", "a message", "an answer to a ping"],
)
def test_another_service_on_the_port_has_its_sentence(version: str, greeting: bytes) -> None:
    """With the setting to look at; the next version of MQTT may be tried."""
    with HostileBroker(silent, greeting=greeting) as broker:
        connection = connection_with(broker, version)
        began = time.monotonic()
        with pytest.raises(ProtocolRefusedError, match=r"not MQTT \(.*mqtt\.port.*mqtt\.tls"):
            connection.open()
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("version", VERSIONS)
def test_a_broker_that_accepts_and_is_silent_has_a_sentence_for_the_owner(version: str) -> None:
    """Nothing in it comes from inside of a library."""
    with HostileBroker(silent) as broker:
        connection = connection_with(broker, version)
        with pytest.raises(LinkError) as caught:
            connection.open(patience=0.3)
        assert str(caught.value) == (
            f"the broker at 127.0.0.1:{broker.port} gave no answer to MQTT {version}; "
            "if this port speaks TLS, set mqtt.tls.enabled: true"
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_an_answer_to_connect_that_trickles_is_bounded_as_a_whole(version: str) -> None:
    """A byte a second would keep a bound on each byte waiting for ever."""
    answer = packets.connack(5, content=b"\x1f" + packets.text("slow" * 20))
    with HostileBroker(instead_of(Kind.CONNECT, answer, pause=0.2)) as broker:
        connection = connection_with(broker, version)
        began = time.monotonic()
        with pytest.raises(LinkError):
            connection.open(patience=1.0)
        assert time.monotonic() - began < 6


# paho drops a socket whose TLS failed without closing it; Python closes it at once.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_that_trickles_is_bounded_as_a_whole() -> None:
    """A record of TLS that comes a byte a second ends after ten, with its own sentence."""
    with HostileBroker(greeting=b"\x16\x03\x03\x40\x00" + bytes(100), pause=1.0) as broker:
        connection = connection_with(broker, "5", tls={"enabled": True})
        began = time.monotonic()
        with pytest.raises(LinkError, match=r"began TLS and did not finish it in time"):
            connection.open()
        assert time.monotonic() - began < 20
