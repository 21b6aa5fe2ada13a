"""HTTP/1.1 for clients of which some mean harm: a connection without a whole request does not last."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 48
"""At once: a browser opens six. A further one is closed."""

LONGEST_HEADERS_BYTES = 16 * 1024


class BoundedProtocol(H11Protocol):
    """A connection that is closed when its next request takes too long to come.

    uvicorn bounds only how long a connection is silent after an answer: one byte every few seconds would keep it open
    for ever.

    Attributes:
        request_seconds: for the line and the headers of a request, from the beginning of a connection or the end of the
            answer before.
    """

    request_seconds = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._expect_nothing()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Handle what came; a whole request ends the wait for it."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before and not self.cycle.response_complete:
            self._expect_nothing()

    def on_response_complete(self) -> None:
        """Expect the next request."""
        self._expect_request()
        super().on_response_complete()

    def _expect_request(self) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(self.request_seconds, self.transport.abort)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
