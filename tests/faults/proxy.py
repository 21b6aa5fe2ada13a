"""A bad network between a node and its broker: forwards bytes, and fails in the ways that networks do."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Literal, Self

Direction = Literal["to broker", "to node"]

_CHUNK = 4096
_EVENT_ID = re.compile(rb'"event_id":"([0-9a-f-]{36})"')
# Bytes that are kept of what went before, for an id that two chunks share.
_OVERLAP = 60
_PATIENCE = 45.0


class Proxy:
    """One port that leads to the broker's. Leaving the context ends it.

    Attributes:
        port: where the node finds its broker.
        seen: ids of the events that left the node, in whatever state the network was.
        delay: seconds that each chunk takes longer.
        corrupted: by direction, one chunk of this many has one byte changed.
    """

    def __init__(self, broker_port: int, seed: int = 0) -> None:
        self.port = 0
        self.seen: set[str] = set()
        self.delay = 0.0
        self.corrupted: dict[Direction, int] = {}
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._broker_port = broker_port
        self._random = Random(seed)  # noqa: S311 - a test that fails should fail again
        self._writers: dict[Direction, set[asyncio.StreamWriter]] = {
            "to broker": set(),
            "to node": set(),
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="facet-proxy", daemon=True
        )
        self._server: asyncio.Server | None = None

    def cut(self) -> None:
        """Reset all connections, as a router does that was restarted."""
        self._call(self._cut)

    def half_close(self, direction: Direction) -> None:
        """End one direction of all connections, and keep the other open."""
        self._call(self._half_close, direction)

    def fall_silent(self) -> None:
        """Keep all connections, and forward nothing in either direction."""
        self._call(self._speaks.clear)

    def speak(self) -> None:
        """Go on after a silence; what was sent meanwhile arrives."""
        self._call(self._speaks.set)

    def _cut(self) -> None:
        for writers in self._writers.values():
            for writer in writers:
                connected: socket.socket = writer.get_extra_info("socket")
                # A reset rather than an orderly end: what is on its way is thrown away.
                with contextlib.suppress(OSError):
                    connected.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                writer.transport.abort()

    def _half_close(self, direction: Direction) -> None:
        for writer in self._writers[direction]:
            with contextlib.suppress(OSError):
                writer.write_eof()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            broker_reader, broker_writer = await asyncio.open_connection(
                "127.0.0.1", self._broker_port
            )
        except OSError:
            writer.transport.abort()
            return
        pairs: tuple[tuple[Direction, asyncio.StreamReader, asyncio.StreamWriter], ...] = (
            ("to broker", reader, broker_writer),
            ("to node", broker_reader, writer),
        )
        for direction, _, sink in pairs:
            self._writers[direction].add(sink)
        try:
            await asyncio.gather(*(self._forward(*pair) for pair in pairs))
        finally:
            for direction, _, sink in pairs:
                self._writers[direction].discard(sink)
                sink.close()

    async def _forward(
        self, direction: Direction, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        before = b""
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                if direction == "to broker":
                    self._note(before + chunk)
                    before = chunk[-_OVERLAP:]
                await asyncio.sleep(self.delay)
                await self._speaks.wait()
                sink.write(self._perhaps_corrupted(direction, chunk))
                await sink.drain()
        # One side has ended: so does the other, unless it was half closed on purpose.
        with contextlib.suppress(OSError, RuntimeError):
            sink.write_eof()

    def _note(self, passing: bytes) -> None:
        self.seen.update(found.decode() for found in _EVENT_ID.findall(passing))

    def _perhaps_corrupted(self, direction: Direction, chunk: bytes) -> bytes:
        every = self.corrupted.get(direction, 0)
        if not every or self._random.randrange(every):
            return chunk
        changed = bytearray(chunk)
        changed[self._random.randrange(len(changed))] ^= self._random.randrange(1, 256)
        return bytes(changed)

    def _call(self, function: Callable[..., None], *arguments: Direction) -> None:
        async def on_the_loop() -> None:
            function(*arguments)

        self._run(on_the_loop())

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._speaks.set()
        self._cut()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=_PATIENCE)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()
