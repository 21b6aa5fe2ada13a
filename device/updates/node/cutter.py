"""Ends the connections of one download when it takes too long, whatever it waits for."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from time import monotonic
from typing import Self

# Seconds, for each address of a host, and for a server that sends nothing at all.
_SILENCE_SECONDS = 20.0


class Cutter:
    """Connects, and cuts what it has connected when time is up. Within the context its thread looks after that.

    The time-out of a socket begins again with each byte. A server that sends one now and then would keep its client for
    ever: in the handshake of TLS, in a proxy's answer, in the headers or in the body. All of these end when another
    thread shuts the socket down.

    Args:
        seconds: for all of it.
        stall: seconds without progress().
    """

    def __init__(self, seconds: float, stall: float) -> None:
        self._ends_at = monotonic() + seconds
        self._stall = stall
        self._due = min(self._ends_at, monotonic() + stall)
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="facet-updates-cutter", daemon=True)

    @property
    def has_cut(self) -> bool:
        """Whether time is up; then the end of what a server sends is no end."""
        return self._left <= 0

    @property
    def is_stalled(self) -> bool:
        """Whether time is up because there was no progress."""
        return self.has_cut and self._due < self._ends_at

    def progress(self) -> None:
        """Allow for as long again, unless that is longer than allowed for all of it."""
        if not self.has_cut:
            self._due = min(self._ends_at, monotonic() + self._stall)

    def connect(
        self, address: tuple[str, int], _timeout: object = None, _source: object = None
    ) -> socket.socket:
        """Return a connected socket; the signature is that of socket.create_connection.

        Raises:
            OSError: there is no connection, or time is up.
        """
        error = OSError("the name has no address")
        host, port = address
        for family, kind, protocol, _name, place in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            # A name may have any number of addresses, and each of them may stay silent.
            if self.has_cut:
                break
            connecting = socket.socket(family, kind, protocol)
            try:
                connecting.settimeout(min(_SILENCE_SECONDS, max(self._left, 0.001)))
                connecting.connect(place)
            except OSError as cause:
                connecting.close()
                error = cause
            else:
                self._watch(connecting)
                return connecting
        raise error

    @property
    def _left(self) -> float:
        return self._due - monotonic()

    def _watch(self, connected: socket.socket) -> None:
        connected.settimeout(_SILENCE_SECONDS)
        with self._lock:
            # TLS takes the socket itself.
            self._sockets.append(connected.dup())
        if self.has_cut:
            self._cut()

    def _run(self) -> None:
        while not self._is_done.wait(max(self._left, 0.0)):
            if self.has_cut:
                self._cut()
                return

    def _cut(self) -> None:
        with self._lock:
            for connected in self._sockets:
                # It may have ended by itself.
                with suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._thread.join()
        for connected in self._sockets:
            connected.close()
