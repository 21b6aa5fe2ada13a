"""A server that sends a byte now and then keeps nobody: whatever the node waits for ends."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from device.errors import UpdateError
from device.system.secret_address import SecretAddress
from device.updates.node.fetch import chunks, read_url
from tests.broker.mosquitto import wait_for

_HEADERS = b"HTTP/1.1 200 OK\r\n"
_BEGINNINGS = {
    "the headers": _HEADERS + b"X-Slow: ",
    "the body": _HEADERS + b"Content-Length: 100000\r\n\r\n",
    "a body without length": _HEADERS + b"\r\n",
    "the size of a chunk": _HEADERS + b"Transfer-Encoding: chunked\r\n\r\n1;",
}
_PAUSE = 0.02
"""Seconds between two bytes."""
_AT_ONCE = 15.0
"""Seconds, in which everything here ends; the time-out of a socket is longer."""


@dataclass
class Trickle:
    """A server with TLS that begins with what a test sets, and then sends one byte after the other.

    Attributes:
        beginning: what it sends at once.
        speaks_tls: whether it does; otherwise TLS is what it is slow with.
        port: where it is.
        ended: set when a client has hung up.
    """

    context: ssl.SSLContext
    beginning: bytes = b""
    speaks_tls: bool = True
    port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://localhost:{self.port}/index.json"

    def serve(self, server: socket.socket) -> None:
        """Serve clients until the server is closed."""
        with suppress(OSError):
            while True:
                client, _address = server.accept()
                with client, suppress(OSError):
                    if self.speaks_tls:
                        with self.context.wrap_socket(client, server_side=True) as encrypted:
                            self._trickle(encrypted)
                    else:
                        self._trickle(client)
                self.ended.set()

    def _trickle(self, client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(self.beginning)
        while True:
            time.sleep(_PAUSE)
            client.sendall(b"1")


@pytest.fixture
def trickle(trusted_tls: ssl.SSLContext) -> Iterator[Trickle]:
    """A server whose authority the node trusts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        slow = Trickle(trusted_tls, port=server.getsockname()[1])
        thread = threading.Thread(target=slow.serve, args=[server], name="facet-trickle")
        thread.start()
        yield slow
        server.shutdown(socket.SHUT_RDWR)
        thread.join(_AT_ONCE)
        assert not thread.is_alive()


def given_up(fetch: Callable[[], object], says: str) -> None:
    """Fetch something, which fails soon."""
    began = time.monotonic()
    with pytest.raises(UpdateError, match=says):
        fetch()
    assert time.monotonic() - began < _AT_ONCE


@pytest.mark.parametrize("beginning", _BEGINNINGS.values(), ids=_BEGINNINGS)
def test_a_server_that_trickles_is_given_up(trickle: Trickle, beginning: bytes) -> None:
    """Each byte begins a time-out again, and none of them the time for the whole."""
    trickle.beginning = beginning
    given_up(lambda: read_url(SecretAddress(trickle.url), 10_000, 0.5), "took longer than")
    assert trickle.ended.wait(_AT_ONCE)


def test_a_server_that_trickles_its_handshake_is_given_up(trickle: Trickle) -> None:
    """Before it has shown who it is."""
    trickle.speaks_tls = False
    # A record of TLS that is 16 kB long.
    trickle.beginning = b"\x16\x03\x03\x40\x00"
    given_up(lambda: read_url(SecretAddress(trickle.url), 10_000, 0.5), "took longer than")
    assert trickle.ended.wait(_AT_ONCE)


def test_a_proxy_that_trickles_is_given_up(
    trickle: Trickle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer comes before TLS."""
    trickle.speaks_tls = False
    trickle.beginning = _BEGINNINGS["the headers"]
    monkeypatch.setenv("https_proxy", f"http://localhost:{trickle.port}")
    monkeypatch.setenv("no_proxy", "")
    given_up(
        lambda: read_url(SecretAddress("https://elsewhere.invalid/"), 10_000, 0.5),
        "took longer than",
    )
    assert trickle.ended.wait(_AT_ONCE)


@pytest.mark.parametrize("beginning", _BEGINNINGS.values(), ids=_BEGINNINGS)
def test_a_download_without_progress_is_given_up(trickle: Trickle, beginning: bytes) -> None:
    """Long before its time for the whole is over."""
    trickle.beginning = beginning
    given_up(
        lambda: list(chunks(SecretAddress(trickle.url), 10_000, 1800, stall=0.5)),
        "sent less than 65536 bytes within 0.5 s",
    )


def test_a_download_with_progress_takes_its_time(trickle: Trickle) -> None:
    """Each piece comes within the time for one; all of them take longer."""
    trickle.beginning = _HEADERS + b"Content-Length: 327680\r\n\r\n" + b"1" * 262144
    began = time.monotonic()
    pieces = []
    for piece in chunks(SecretAddress(trickle.url), 1_000_000, 1800, stall=4.0):
        pieces.append(piece)
        time.sleep(1.2)
        if len(pieces) == 4:
            break
    assert [len(piece.data) for piece in pieces] == [65536] * 4
    assert time.monotonic() - began > 4.0


def test_nothing_is_left_of_a_download_that_is_given_up(trickle: Trickle) -> None:
    """No thread, and no connection."""
    trickle.beginning = _BEGINNINGS["the headers"]
    before = threading.active_count()
    given_up(lambda: read_url(SecretAddress(trickle.url), 10_000, 0.2), "took longer than")
    assert trickle.ended.wait(_AT_ONCE)
    wait_for(lambda: threading.active_count() <= before, "all threads have ended")
