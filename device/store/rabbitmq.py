"""RabbitMQ: a durable quorum queue, bound to the exchange on which its MQTT plugin publishes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pika import BlockingConnection, ConnectionParameters, PlainCredentials, SSLOptions
from pika.exceptions import AMQPError

from device.errors import LinkError
from device.store.address import Broker
from device.store.message import Message
from device.store.source import CONNECT_SECONDS, KEEP_ALIVE, PREFETCH, Interest, received

if TYPE_CHECKING:
    from pika.adapters.blocking_connection import BlockingChannel
    from pika.spec import Basic

_EXCHANGE = "amq.topic"
# RabbitMQ 4 drops a message that was handed over twenty times, which is no fault of the message if it was the database
# that was away. A limit that is never reached means the same to all versions; 3 knows no -1.
_ARGUMENTS = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}


class RabbitQueue:
    """A consumer of the queue.

    Args:
        connection: pika's.
        channel: of it.
        queue: the name.
        broker: for errors.
    """

    def __init__(
        self, connection: BlockingConnection, channel: BlockingChannel, queue: str, broker: Broker
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._queue = queue
        self._broker = broker
        self._messages: deque[Message] = deque()
        self._is_cancelled = False

    def consume(self) -> None:
        """Let the broker hand over messages."""
        self._channel.basic_qos(prefetch_count=PREFETCH)
        self._channel.add_on_cancel_callback(self._cancelled)
        self._channel.basic_consume(self._queue, self._take)

    def receive(self, most: int) -> Sequence[Message]:
        """See Source."""
        with _explained(self._broker):
            messages = received(self._messages, most, self._connection.process_data_events)
        if self._is_cancelled:
            message = f"RabbitMQ at {self._broker} does not hand over {self._queue} any more"
            raise LinkError(message)
        return messages

    def confirm(self, messages: Sequence[Message]) -> None:
        """See Source."""
        with _explained(self._broker):
            self._channel.basic_ack(messages[-1].tag, multiple=True)

    # These are called within process_data_events.

    def _take(
        self, _channel: BlockingChannel, method: Basic.Deliver, _properties: object, body: bytes
    ) -> None:
        key = method.routing_key
        # pika hands over bytes where a key is not UTF-8; AMQP does not demand that it is.
        text = key if isinstance(key, str) else key.decode(errors="replace")
        topic = text.replace(".", "/")
        self._messages.append(Message.cut(topic, body, method.delivery_tag))

    def _cancelled(self, _method: object) -> None:
        self._is_cancelled = True


@contextmanager
def open_queue(broker: Broker, interest: Interest) -> Iterator[RabbitQueue]:
    """Give a consumer of the queue, which is made if it is not there.

    Raises:
        LinkError: there is no connection, or the user may not do that.
    """
    with _connected(broker) as connection:
        with _explained(broker):
            channel = connection.channel()
            channel.queue_declare(interest.group, durable=True, arguments=_ARGUMENTS)
            for topic in interest.topics:
                channel.queue_bind(interest.group, _EXCHANGE, _routing_key(topic))
            source = RabbitQueue(connection, channel, interest.group, broker)
            source.consume()
        yield source


def reach(broker: Broker) -> None:
    """Connect and disconnect.

    Raises:
        LinkError: there is no connection.
    """
    with _connected(broker):
        pass


@contextmanager
def _connected(broker: Broker) -> Iterator[BlockingConnection]:
    with _explained(broker):
        connection = BlockingConnection(_parameters(broker))
    try:
        yield connection
    finally:
        with suppress(AMQPError, OSError):
            connection.close()


def _parameters(broker: Broker) -> ConnectionParameters:
    options: dict[str, Any] = {}
    if broker.user is not None:
        options["credentials"] = PlainCredentials(broker.user, broker.password or "")
    if broker.tls is not None:
        options["ssl_options"] = SSLOptions(broker.tls, broker.host)
    return ConnectionParameters(
        host=broker.host,
        port=broker.port,
        virtual_host=broker.virtual_host,
        heartbeat=KEEP_ALIVE,
        socket_timeout=CONNECT_SECONDS,
        stack_timeout=2 * CONNECT_SECONDS,
        blocked_connection_timeout=KEEP_ALIVE,
        client_properties={"connection_name": "facet store"},
        **options,
    )


def _routing_key(topic: str) -> str:
    """Return a topic with a wildcard as RabbitMQ's MQTT plugin translates it."""
    return topic.replace("/", ".").replace("+", "*")


@contextmanager
def _explained(broker: Broker) -> Iterator[None]:
    try:
        yield
    except (AMQPError, OSError) as error:
        message = f"RabbitMQ at {broker}: {_words(error)}"
        raise LinkError(message) from error


def _words(error: BaseException) -> str:
    """Return why, in one line; pika says some things only in the class of the error, and some in one within it."""
    inner = error.args[0] if error.args else None
    while isinstance(inner, BaseException):
        error, inner = inner, inner.args[0] if inner.args else None
    inner = getattr(error, "exception", None)
    if isinstance(inner, BaseException):
        return _words(inner)
    said = getattr(error, "reply_text", None) or getattr(error, "strerror", None) or str(error)
    return " ".join(f"{said or type(error).__name__}".split())
