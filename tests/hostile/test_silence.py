"""What may listen instead of a broker: it speaks something else, says nothing, or a byte a second."""

from __future__ import annotations

import time

import pytest

from device.errors import LinkError, ProtocolRefusedError, RefusedError
from tests.hostile import packets
from tests.hostile.broker import HostileBroker, instead_of, silent
from tests.hostile.client import TOPIC, VERSIONS, connection_with
from tests.hostile.packets import Kind, packet

pytestmark = pytest.mark.hostile


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
            connection.open(patience=100.0)
        assert time.monotonic() - began < 50


@pytest.mark.parametrize(
    ("version", "code"), [("5", 0x86), ("5", 0x87), ("3.1.1", 4), ("3.1.1", 5)]
)
def test_a_refusal_is_not_mistaken_for_harm(version: str, code: int) -> None:
    """The sentence is the one about user and password."""
    with HostileBroker(
        instead_of(Kind.CONNECT, packets.connack(VERSIONS[version], code))
    ) as broker:
        connection = connection_with(broker, version)
        with pytest.raises(RefusedError, match=r"refuses a client without a name"):
            connection.open()


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
    # It takes minutes to come.
    answer = packets.connack(5, content=b"\x1f" + packets.text("slow" * 200))
    with HostileBroker(instead_of(Kind.CONNECT, answer, pause=0.2)) as broker:
        connection = connection_with(broker, version)
        began = time.monotonic()
        with pytest.raises(LinkError):
            connection.open(patience=1.0)
        assert time.monotonic() - began < 60


# paho drops a socket whose TLS failed without closing it; Python closes it at once.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_that_trickles_is_bounded_as_a_whole() -> None:
    """A record of TLS that comes a byte a second ends after ten, with its own sentence."""
    with HostileBroker(greeting=b"\x16\x03\x03\x40\x00" + bytes(100), pause=1.0) as broker:
        connection = connection_with(broker, "5", tls={"enabled": True})
        began = time.monotonic()
        with pytest.raises(LinkError, match=r"began TLS and did not finish it in time"):
            connection.open()
        assert time.monotonic() - began < 60
