"""The consumer as a process: from its start to the signal that ends it."""

from __future__ import annotations

import logging
import random
import signal
import threading
from contextlib import AbstractContextManager
from time import monotonic
from types import FrameType

from device.store.address import Broker
from device.store.consumer import Consumer
from device.store.rabbitmq import open_queue
from device.store.rabbitmq import reach as reach_rabbitmq
from device.store.source import Interest, Source
from device.store.subscription import open_subscription
from device.store.subscription import reach as reach_mqtt
from device.store.writer import open_writer

_LOG = logging.getLogger(__name__)


def run_until_signal(database: str, broker: Broker, interest: Interest) -> None:
    """Store what the broker delivers until SIGTERM or SIGINT; then store and confirm the batch at hand, and return.

    Args:
        database: URL of PostgreSQL.
        broker: where messages come from.
        interest: which.
    """
    stopped = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        _LOG.info("Stopping, because of %s", signal.Signals(number).name)
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)

    def open_source() -> AbstractContextManager[Source]:
        return (open_queue if broker.is_amqp else open_subscription)(broker, interest)

    # pika writes ten lines about each failure, of which the consumer's own one is enough.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    Consumer(
        lambda: open_writer(database),
        open_source,
        wait=stopped.wait,
        clock=monotonic,
        jitter=random.random,
    ).run()


def reach(broker: Broker, client_id: str) -> None:
    """Connect and disconnect, and leave nothing on the broker.

    Raises:
        LinkError: there is no connection.
    """
    if broker.is_amqp:
        reach_rabbitmq(broker)
    else:
        reach_mqtt(broker, client_id)
