"""Another client of the broker, as Home Assistant would be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from device.config import MqttSettings
from device.mqtt.listener import Listener
from device.mqtt.message import ReceivedMessage
from tests.broker.mosquitto import PATIENCE

END = "end"
"""A topic of the tests' own."""


class Observer:
    """Receives everything, and publishes.

    Attributes:
        messages: what was received, up to the message that was expected last.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.messages: list[ReceivedMessage] = []

    def expect(self, topic: str, payload: bytes | None = None) -> ReceivedMessage:
        """Wait for a message; those before it are kept in messages."""
        end = monotonic() + PATIENCE
        while (message := self._next(end - monotonic())) is not None:
            if message.topic == topic and payload in {None, message.payload}:
                return message
        received = "\n".join(f"{m.topic} {m.payload[:60]!r}" for m in self.messages)
        pytest.fail(f"{topic} {payload!r} did not come; received:\n{received}")

    def expect_new(self, topic: str) -> ReceivedMessage:
        """Wait for a message that is published from now on, not one that the broker has kept."""
        while (message := self.expect(topic)).is_retained:
            pass
        return message

    def expect_all(self, topics: Iterable[str]) -> dict[str, ReceivedMessage]:
        """Wait for a message on each of these topics, in any order; return the newest of each."""
        missing = set(topics)
        found: dict[str, ReceivedMessage] = {}
        while missing:
            message = self._next(PATIENCE)
            assert message is not None, f"nothing came on {missing}"
            found[message.topic] = message
            missing.discard(message.topic)
        return found

    def drain(self) -> list[ReceivedMessage]:
        """Return all that was received, without waiting."""
        while self._next(0) is not None:
            pass
        return self.messages

    def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        self._listener.publish(topic, payload, retain=retain, timeout=PATIENCE)

    def send(self, topic: str, payload: bytes | str) -> None:
        """Publish, and go on; see Listener.send."""
        self._listener.send(topic, payload, timeout=PATIENCE)

    def _next(self, timeout: float) -> ReceivedMessage | None:
        message = self._listener.get(timeout)
        if message is not None:
            self.messages.append(message)
        return message


@contextmanager
def observe(
    port: int,
    topic: str = "#",
    user: str | None = None,
    *,
    version: str = "5",
    authority: Path | None = None,
) -> Iterator[Observer]:
    """Listen on a broker of this machine.

    Args:
        port: the broker's.
        topic: may have wildcards.
        user: of the broker; also the password.
        version: of MQTT, "5" or "3.1.1".
        authority: PEM file of who signed the broker's certificate; None without TLS.
    """
    settings = {
        "host": "localhost",
        "port": port,
        "protocol": version,
        "username": user,
        "password": user,
        "tls": {"enabled": authority is not None, "ca_file": authority},
    }
    with Listener(MqttSettings.model_validate(settings), topic) as listener:
        yield Observer(listener)


def kept(port: int) -> set[str]:
    """Return the topics on which a broker keeps something."""
    with observe(port) as late:
        late.publish(END, "end")
        late.expect(END)
        return {message.topic for message in late.messages if message.is_retained}
