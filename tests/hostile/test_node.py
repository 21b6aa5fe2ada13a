"""A node whose broker does harm in one way after the other, and then does what it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from device.entities.documents import EVENT
from tests.broker.mosquitto import wait_for
from tests.faults.process import TOPICS, Node
from tests.hostile import packets
from tests.hostile.broker import HostileBroker, Script, after, honest, instead_of
from tests.hostile.packets import QOS_1, QOS_2, Kind, packet

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(120)]

_COMMAND = TOPICS.command("privacy")
_EVENT = TOPICS.document(EVENT)


@dataclass(frozen=True)
class Harm:
    """What a broker does, and what the node's log says to that."""

    script: Script
    says: str


def _to_subscriber(make: Callable[[int], bytes]) -> Script:
    """Send something, made for a version of MQTT, to whoever subscribes."""
    return after(Kind.SUBSCRIBE, lambda visitor, _packet: make(visitor.version))


_HARMS = (
    Harm(
        instead_of(Kind.CONNECT, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        "PUBACK instead of an answer to CONNECT",
    ),
    Harm(
        _to_subscriber(lambda _version: b"\xff" * 1000),
        "(a packet of type 15, first byte 0xff), and the connection was ended",
    ),
    Harm(
        _to_subscriber(
            lambda version: (
                packets.publish(
                    version, b"facet/hall/set/\xff", b"ON", content=b"\x26\0\1\xff\0\1b"
                )
                + packet(Kind.PUBACK, b"\0")
            )
        ),
        "that cannot be understood",
    ),
    Harm(
        _to_subscriber(lambda version: packets.publish(version, _COMMAND, b"ON", flags=QOS_2)),
        "a message with quality of service 2",
    ),
    Harm(
        _to_subscriber(lambda _version: packet(Kind.SUBACK, b"\0\1", announced=268_435_455)),
        "(SUBACK of 268435455 bytes)",
    ),
    Harm(
        instead_of(
            Kind.SUBSCRIBE,
            lambda visitor, asked: packets.suback(visitor.version, asked.message_id, b""),
        ),
        "gave 0 answers to SUBSCRIBE",
    ),
    Harm(
        instead_of(
            Kind.CONNECT,
            lambda visitor, _asked: packets.connack(
                visitor.version, content=packets.limits(maximum_packet_size=20)
            ),
        ),
        "takes no packet of more than 20 bytes",
    ),
    Harm(
        instead_of(
            Kind.SUBSCRIBE,
            lambda visitor, asked: packets.suback(
                visitor.version,
                asked.message_id,
                b"\x80" * asked.topics_in(visitor.version),
            ),
        ),
        "so that no command of Home Assistant arrives; allow it in its ACL",
    ),
)


def test_a_node_survives_a_hostile_broker_and_delivers_to_the_honest_one_after_it(
    tmp_path: Path, portrait: Path
) -> None:
    """Each harm is one clear line; what is seen meanwhile waits on disk, and arrives once, in its order."""
    with HostileBroker() as broker:
        node = Node(tmp_path, portrait, {"port": broker.port})
        broker.script = _HARMS[0].script
        with node:
            node.wait_until_pressable()
            observed = 0
            for number, harm in enumerate(_HARMS):
                since = len(node.log.text)
                broker.script = harm.script
                if broker.visitors:
                    broker.newest.hang_up()
                node.press()
                observed += 1
                wait_for(lambda: node.log.answers >= observed, "the press is answered")  # noqa: B023
                # Somebody who presses ends the wait for the next attempt.
                node.wait_for_log(harm.says, since=since)
                assert node.is_running, number
            broker.script = honest
            broker.newest.hang_up()
            node.press()
            wait_for(lambda: node.log.answers >= observed + 1, "the press is answered")
            wait_for(
                lambda: set(node.log.observed) <= set(_events(broker)), "all observations arrive"
            )
            assert list(dict.fromkeys(_events(broker))) == node.log.observed
            broker.newest.send(packets.publish(broker.newest.version, _COMMAND, b"ON", flags=QOS_1))
            node.wait_for_log("privacy is set to True")
            assert "Traceback" not in node.log.text
            assert node.stop() == 0


def _events(broker: HostileBroker) -> list[str]:
    """The ids of the observations that the broker was sent, in their order."""
    return [json.loads(payload)["event_id"] for payload in broker.published(_EVENT)]
