"""Mosquitto as a child process, and what a test sees of it from outside."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.child import Child

PATIENCE = 15.0
"""Seconds until a test gives up waiting; ten times what a busy machine needs."""


def free_port() -> int:
    """Return a TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Return whether something listens on a TCP port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until the condition holds; fail with these words when it does not."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"not within {patience:.0f} s: {what}"
        time.sleep(0.02)


def password_file(folder: Path, **passwords: str) -> str:
    """Write a file of users and their passwords, and return the line that makes the broker use it."""
    file = folder / "passwords"
    program = shutil.which("mosquitto_passwd")
    assert program, "mosquitto_passwd is missing: apt-get install mosquitto"
    file.touch()
    for user, password in passwords.items():
        subprocess.run([program, "-b", file, user, password], check=True, capture_output=True)
    return f"password_file {file}"


class Mosquitto(Child):
    """One broker. Leaving the context ends it."""

    def __init__(self, folder: Path, port: int, lines: tuple[str, ...]) -> None:
        super().__init__(folder / "log")
        self.port = port
        self._folder = folder
        self.configure(*lines)

    def configure(self, *lines: str) -> None:
        """Write its configuration, for the next start or reload."""
        configuration = [
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            f"persistence_location {self._folder}/",
            # As root it would change to a user that cannot read a test's files.
            "user root",
            *lines,
        ]
        (self._folder / "mosquitto.conf").write_text("\n".join(configuration) + "\n")

    def start(self) -> None:
        """Start, and wait until it listens."""
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        assert program, "mosquitto is missing: apt-get install mosquitto"
        self._run(program, "-v", "-c", self._folder / "mosquitto.conf")
        wait_for(self._listens, f"mosquitto listens; it says:\n{self.log}")

    def suspend(self) -> None:
        """Stop it in its tracks: its connections stay, and it says nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it was suspended."""
        self._signal(signal.SIGCONT)

    def reload(self) -> None:
        """Let it read its configuration and its passwords anew."""
        self._signal(signal.SIGHUP)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "mosquitto was not started"
        self._process.send_signal(number)

    def _listens(self) -> bool:
        self._assert_runs()
        return listens(self.port)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End it also if it is suspended; what is retained is kept for the next start."""
        process.send_signal(signal.SIGCONT)
        super()._end(process)


class Message(NamedTuple):
    """What an observer received."""

    topic: str
    payload: bytes
    retained: bool


class Observer:
    """Another client, as Home Assistant would be: hears everything, and can speak."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._heard: SimpleQueue[Message] = SimpleQueue()
        self.messages: list[Message] = []
        client.on_message = self._on_message

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._heard.put(Message(message.topic, bytes(message.payload), message.retain))

    def expect(self, topic: str, payload: bytes | None = None) -> Message:
        """Wait for a message; those before it are kept in messages."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                message = self._heard.get(timeout=left)
            except Empty:
                break
            self.messages.append(message)
            if message.topic == topic and payload in {None, message.payload}:
                return message
        heard = "\n".join(f"{m.topic} {m.payload[:60]!r}" for m in self.messages)
        pytest.fail(f"{topic} {payload!r} did not come; heard:\n{heard}")

    def expect_all(self, topics: Iterable[str]) -> dict[str, Message]:
        """Wait for a message on each of these topics, in any order; return the newest of each."""
        missing = set(topics)
        found: dict[str, Message] = {}
        while missing:
            message = self._heard.get(timeout=PATIENCE)
            self.messages.append(message)
            found[message.topic] = message
            missing.discard(message.topic)
        return found

    def drain(self) -> list[Message]:
        """Return what came since, without waiting."""
        while not self._heard.empty():
            self.messages.append(self._heard.get())
        return self.messages

    def say(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE)


@contextmanager
def observe(
    port: int,
    topic: str = "#",
    user: str | None = None,
    *,
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
    authority: Path | None = None,
) -> Iterator[Observer]:
    """Listen on a broker; the name is also the password of user, and an authority means TLS."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=version)
    observer = Observer(client)
    subscribed: SimpleQueue[None] = SimpleQueue()
    client.on_subscribe = lambda *_: subscribed.put(None)
    if user:
        client.username_pw_set(user, user)
    if authority:
        client.tls_set(str(authority))
    client.connect("localhost", port)
    client.loop_start()
    client.subscribe(topic, qos=1)
    subscribed.get(timeout=PATIENCE)
    try:
        yield observer
    finally:
        client.disconnect()
        client.loop_stop()
