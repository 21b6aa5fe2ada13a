"""Where the server listens: at all addresses, and to so many at once and no more."""

from __future__ import annotations

import asyncio
import socket
from typing import Any
from weakref import WeakSet

MOST_SOCKETS = 64
"""Open at once, also those that have not yet agreed on encryption. A process has about a thousand files, which the node
itself needs."""

_BACKLOG = 32
# For a browser to agree on encryption; whoever only connects is gone then.
_HANDSHAKE_SECONDS = 10.0


class BoundedSocket(socket.socket):
    """A socket that listens, and closes at once what is too much."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as socket.socket takes them
        super().__init__(**options)
        self._accepted: WeakSet[socket.socket] = WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection, as socket.accept.

        Raises:
            BlockingIOError: there is none, or too many are open.
        """
        connection, address = super().accept()
        is_open = sum(each.fileno() >= 0 for each in list(self._accepted))
        if is_open >= MOST_SOCKETS:
            connection.close()
            raise BlockingIOError
        self._accepted.add(connection)
        return connection, address


class HurryingLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers do not wait long for a browser to agree on encryption."""

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:  # noqa: ANN401 - asyncio's
        """Return a server."""
        if options.get("ssl") is not None:
            options.setdefault("ssl_handshake_timeout", _HANDSHAKE_SECONDS)
        return await super().create_server(*arguments, **options)


def listen(port: int) -> BoundedSocket:
    """Return a socket that listens at all addresses, also those of IPv6 where the machine has any.

    Raises:
        OSError: the port cannot be used.
    """
    made = _listen(port)
    return BoundedSocket(fileno=made.detach())


def _listen(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(
                ("", port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True
            )
        except OSError:
            # IPv6 is compiled in, and switched off.
            return socket.create_server(("", port), backlog=_BACKLOG)
    return socket.create_server(("", port), backlog=_BACKLOG)
