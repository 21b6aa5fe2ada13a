"""What a broker may send: a connection ends, with a sentence for the owner, and nothing else ends with it."""

from __future__ import annotations

from queue import SimpleQueue

import pytest

from device.errors import ProtocolRefusedError
from device.mqtt.message import ReceivedMessage
from device.mqtt.unconfirmed import Answer
from tests.hostile import packets
from tests.hostile.broker import PATIENCE, HostileBroker, after, instead_of
from tests.hostile.client import TOPIC, VERSIONS, connection_with, subscribed
from tests.hostile.packets import QOS_1, Kind, packet

pytestmark = pytest.mark.hostile


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
        with pytest.raises(ProtocolRefusedError, match=r"CONNACK of .* cannot be understood"):
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
