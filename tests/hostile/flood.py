"""A hostile publisher: `python -m tests.hostile.flood PORT KIND RATE SECONDS` sends messages as fast as it is told.

It speaks bytes to the broker, and waits for nothing: a client that is well-behaved would send less. At its end it
prints how many messages it has sent.
"""

from __future__ import annotations

import itertools
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from time import monotonic, sleep

from device.entities.kinds import PRESS
from device.mqtt.topics import BIRTH_TOPIC, Topics
from tests.hostile import packets
from tests.hostile.packets import QOS_1, Kind, packet

_TOPICS = Topics("facet", "hall")
_BATCHES_A_SECOND = 100
_OFFSETS = tuple(f"{number / 100:.2f}".encode() for number in range(-40, 41))


def _commands(key: str, payloads: Iterable[bytes]) -> Callable[[], bytes]:
    rotating = itertools.cycle(
        packets.publish(4, _TOPICS.command(key), payload) for payload in payloads
    )
    return lambda: next(rotating)


def _confirmed(topic: str, payload: bytes) -> Callable[[], bytes]:
    ids = itertools.cycle(range(1, 65_536))
    return lambda: packets.publish(4, topic, payload, flags=QOS_1, message_id=next(ids))


KINDS: dict[str, Callable[[], bytes]] = {
    "nonsense": _commands("nonsense", [b"x" * 100]),
    "payloads": _commands("privacy", [b"on", b"\0" * 100]),
    "settings": _commands("threshold_offset", _OFFSETS),
    "presses": _commands("capture", [PRESS.encode()]),
    "confirmed": _confirmed(_TOPICS.command("nonsense"), b"x"),
    "births": lambda: packets.publish(4, BIRTH_TOPIC, b"online"),
    "versions": lambda: packets.publish(4, _TOPICS.newest_version, b"1.2.3"),
}


def flood(port: int, kind: str, rate: int, seconds: float) -> int:
    """Send, and return how many messages that were; fewer than asked for if the broker takes no more.

    Args:
        port: of a broker on this machine.
        kind: of the messages, one of KINDS.
        rate: a second.
        seconds: for how long.
    """
    make = KINDS[kind]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        body = packets.text("MQTT") + b"\x04\x02\0\0" + packets.text(f"hostile-{kind}")
        connection.sendall(packet(Kind.CONNECT, body))
        # What the broker answers is of no interest, but it would wait for its being read.
        threading.Thread(target=_read_all, args=[connection], daemon=True).start()
        began, sent = monotonic(), 0
        while (now := monotonic() - began) < seconds:
            due = min(int(now * rate) - sent, 2 * rate // _BATCHES_A_SECOND)
            connection.sendall(b"".join(make() for _ in range(due)))
            sent += due
            sleep(1 / _BATCHES_A_SECOND)
    return sent


def _read_all(connection: socket.socket) -> None:
    try:
        while connection.recv(65_536):
            pass
    except OSError:
        return


if __name__ == "__main__":
    print(flood(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
