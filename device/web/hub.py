"""From the node's threads to the browsers: events, each to whoever listens now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

# An event stream lasts as long as a page is open: a tab has one.
MOST_LISTENERS = 24
# Events that a listener has not taken yet; one that is so far behind is gone, or asks for all again.
_MOST_WAITING = 100
# Between two signs of life, so that a proxy keeps the connection, and a session that has ended is noticed.
_HEARTBEAT_SECONDS = 10.0

_Event = tuple[str, Any]


class Hub:
    """Hands events on. publish() may be called from any thread, everything else from the server's."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Queue[_Event | None]] = set()
        self._looks: set[asyncio.Event] = set()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def is_full(self) -> bool:
        """Whether nobody else can listen."""
        return self.listeners >= MOST_LISTENERS

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand events on from now on, on a loop."""
        self._loop = loop

    def publish(self, name: str, content: Any) -> None:  # noqa: ANN401 - JSON
        """Hand an event on."""
        self._soon(self._publish, (name, content))

    def notify_look(self) -> None:
        """Wake whoever waits for a look."""
        self._soon(self._wake)

    def close(self) -> None:
        """End all streams."""
        self._soon(self._end)

    async def wait_for_look(self, seconds: float) -> None:
        """Wait for the next look, but not for long."""
        look = asyncio.Event()
        self._looks.add(look)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(look.wait(), seconds)
        finally:
            self._looks.discard(look)

    async def stream(
        self, first: Callable[[], list[_Event]], is_wanted: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """Yield events as a stream for browsers, until they are not wanted any more.

        Args:
            first: returns what a new listener must know.
            is_wanted: asked before each event.
        """
        queue: asyncio.Queue[_Event | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(queue)
        try:
            # A browser whose stream has ended asks again after that many milliseconds.
            yield b"retry: 2000\n\n"
            for event in first():
                yield _text(event)
            while True:
                try:
                    event_or_end = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    event_or_end = ("alive", None)
                if event_or_end is None or not is_wanted():
                    return
                yield _text(event_or_end)
        finally:
            self._listeners.discard(queue)

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        loop = self._loop
        if loop is not None:
            # The loop may end at this moment, and with it everybody who listens.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(call, *arguments)

    def _publish(self, event: _Event) -> None:
        for queue in list(self._listeners):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                _end(queue)
                self._listeners.discard(queue)

    def _wake(self) -> None:
        for look in self._looks:
            look.set()

    def _end(self) -> None:
        for queue in self._listeners:
            _end(queue)
        self._wake()


def _end(queue: asyncio.Queue[_Event | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)


def _text(event: _Event) -> bytes:
    name, content = event
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n".encode()
