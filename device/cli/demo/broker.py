"""A broker in this process, for owners who have none yet: amqtt, on a free port of this machine."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import Final, Self
from urllib.parse import urlsplit

from device.errors import DemoError
from device.system.redaction import redact_found

HOST = "127.0.0.1"
PROTOCOL: Final = "3.1.1"
"""The only version that amqtt supports; it leaves a client that tries 5 waiting for an answer."""

_DEFAULT_PORT = 1883

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
# For connections that are closing when the broker ends.
_DRAIN_SECONDS = 1.0


def parse_broker(text: str) -> tuple[str, int]:
    """Return host and port of HOST, HOST:PORT or [IPV6]:PORT.

    Raises:
        DemoError: it is none of these.
    """
    try:
        address = urlsplit(f"mqtt://{text}")
        host, port = address.hostname, address.port or _DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    if not host or address.netloc != text or "@" in text:
        message = (
            f"--broker {redact_found(text)}: give HOST or HOST:PORT of a broker that needs no password, "
            "such as localhost:1883"
        )
        raise DemoError(message)
    return host, port


class EmbeddedBroker:
    """A broker that runs while its context lasts; what it retains is then lost.

    Attributes:
        port: where it listens, on HOST.
    """

    def __init__(self) -> None:
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="facet-broker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(_START_SECONDS) or self._failure is not None:
            message = (
                f"the embedded broker does not start: {self._failure or 'no answer'}. Install it "
                f"(pip install 'facet-node[demo]'), or name your broker: --broker HOST"
            )
            raise DemoError(message) from self._failure
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            self._failure = error
        self._started.set()

    async def _serve(self) -> None:
        from amqtt.broker import Broker

        # It logs each packet; the clients report what goes wrong.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.port = _free_port()
        broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{self.port}"}},
                "plugins": {
                    "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
                },
            }
        )
        await broker.start()
        self._loop = asyncio.get_running_loop()
        self._started.set()
        await self._stop.wait()
        await broker.shutdown()
        # Connections that end at this moment close their sockets themselves if they get the time.
        if ending := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(ending, timeout=_DRAIN_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
