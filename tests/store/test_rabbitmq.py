"""What pika hands over becomes messages, whatever the routing key is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from device.errors import LinkError
from device.store.address import Broker
from device.store.message import LONGEST, DeadLetter, read
from device.store.rabbitmq import RabbitQueue

_BROKER = Broker("home", 5672, is_amqp=True)


class Pika:
    """A connection and its channel, which deliver what is put into `waiting`."""

    def __init__(self, *waiting: tuple[str | bytes, bytes]) -> None:
        self.waiting = deque(waiting)
        self.confirmed: list[int] = []
        self._tag = 0

    def basic_qos(self, prefetch_count: int) -> None:
        """Accept."""

    def add_on_cancel_callback(self, callback: Callable[[object], None]) -> None:
        """Remember what to call when the queue is gone."""
        self.cancel = callback

    def basic_consume(self, _queue: str, callback: Callable[..., None]) -> None:
        """Remember what takes messages."""
        self._take = callback

    def basic_ack(self, delivery_tag: int, *, multiple: bool) -> None:
        """Forget all up to a message."""
        assert multiple
        self.confirmed.append(delivery_tag)

    def process_data_events(self, _seconds: float) -> None:
        """Deliver one message."""
        if self.waiting:
            key, body = self.waiting.popleft()
            self._tag += 1
            self._take(self, SimpleNamespace(routing_key=key, delivery_tag=self._tag), None, body)


def _queue(pika: Pika) -> RabbitQueue:
    anything: Any = pika
    source = RabbitQueue(anything, anything, "facet-store", _BROKER)
    source.consume()
    return source


def test_a_batch_is_what_has_come_and_is_confirmed_as_a_whole() -> None:
    """At most as many as are asked for; topics are those of MQTT."""
    pika = Pika(*(("home.hall.event", b"%d" % number) for number in range(5)))
    source = _queue(pika)
    first, second = source.receive(3), source.receive(3)
    assert [message.payload for message in first] == [b"0", b"1", b"2"]
    assert [message.payload for message in second] == [b"3", b"4"]
    assert {message.topic for message in first} == {"home/hall/event"}
    source.confirm(first)
    assert pika.confirmed == [3]


def test_a_routing_key_that_is_no_text_is_a_dead_letter() -> None:
    """AMQP allows any bytes; an error here would come again with each delivery."""
    (message,) = _queue(Pika((b"facet.\xff\x00.event", b"x" * 100_000))).receive(1)
    assert message.topic == "facet/\ufffd\0/event"
    assert len(message.payload) == LONGEST + 1
    letter = read(message)
    assert isinstance(letter, DeadLetter)
    assert letter.topic == "facet/\ufffd\\x00/event"


def test_a_queue_that_is_gone_ends_the_connection() -> None:
    """It is declared again with the next one."""
    pika = Pika()
    source = _queue(pika)
    pika.cancel(None)
    with pytest.raises(LinkError, match="does not hand over facet-store any more"):
        source.receive(1)
