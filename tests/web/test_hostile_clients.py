"""Clients that send little, slowly or nonsense: each costs a bounded time, and nobody else waits for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from device.config import PageSettings
from device.web.listening import MOST_SOCKETS
from device.web.protocol import MOST_CONNECTIONS, BoundedProtocol
from device.web.security.bounds import Patience
from device.web.server import WebServer
from tests.broker.mosquitto import free_port, wait_for
from tests.web.bench import PASSWORD, PageBench

# Seconds, of what a client may take here, and of what a test waits at most.
_SHORT, _SOON = 0.3, 30.0


class _Hurried(BoundedProtocol):
    request_seconds = _SHORT


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[int]:
    """The port of a page whose clients have little time for whatever they do."""
    with _serving(tmp_path, _Hurried) as port:
        yield port


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """The port of a page whose clients have the usual time for what comes before a body."""
    with _serving(tmp_path, BoundedProtocol) as port:
        yield port


@contextmanager
def _serving(folder: Path, protocol: type[BoundedProtocol]) -> Iterator[int]:
    settings = PageSettings(enabled=True, port=free_port())
    bench = PageBench(folder, patience=Patience(body=_SHORT, answer=_SHORT))
    server = WebServer(bench.made.app, settings, bench.made.hub, protocol)
    server.start()
    yield settings.port
    server.stop()
    assert server.fault is None


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_SOON)


def _answer(connection: socket.socket, end: bytes | None = None) -> bytes:
    """Return what comes until the server closes the connection, or up to an end."""
    found = b""
    try:
        while (end is None or end not in found) and (piece := connection.recv(65536)):
            found += piece
    except ConnectionResetError:
        pass
    return found


def _is_served(port: int) -> bool:
    """Ask, and ask again where a busy machine takes longer to do it than a client has here."""
    end = monotonic() + _SOON
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/login", timeout=_SOON).status_code == 200
        except httpx.TransportError:
            assert monotonic() < end


def test_a_client_that_sends_its_headers_byte_by_byte_is_cut_off(hurried: int) -> None:
    """Each byte does not give it another while (slow loris)."""
    with _connect(hurried) as connection:
        began = monotonic()
        try:
            for byte in b"GET /login HTTP/1.1\r\nhost: localhost\r\n" + b"x" * 10_000:
                connection.sendall(bytes([byte]))
                connection.settimeout(0.02)
                try:
                    if not connection.recv(1):
                        break
                except TimeoutError:
                    continue
        except OSError:
            pass
        assert monotonic() - began < _SOON


def test_as_many_slow_clients_as_there_are_places_do_not_keep_others_out(hurried: int) -> None:
    """They are cut off, and whoever comes then is served."""
    crowd = [_connect(hurried) for _ in range(MOST_CONNECTIONS + 20)]
    try:
        for connection in crowd:
            connection.settimeout(_SOON)
            assert _answer(connection) == b""
        assert _is_served(hurried)
    finally:
        for connection in crowd:
            connection.close()


def test_an_upload_that_does_not_go_on_is_refused(served: int) -> None:
    """Its sender learns that it took too long."""
    with _connect(served) as connection:
        connection.sendall(
            b"POST /login HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\n"
            b"content-length: 500\r\n\r\npassword="
        )
        assert b"408" in _answer(connection, b"\r\n").split(b"\r\n")[0]
    assert _is_served(served)


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /login HTTP/1.1\r\n\r\n",
        b"GET /login HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"GET /login HTTP/1.1\r\nhost: localhost\r\nx: " + b"y" * 400_000 + b"\r\n\r\n",
        b"GET /login HTTP/1.1\r\nhost: localhost\r\nx: a\rset-cookie: b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_ends_the_connection_and_nothing_else(
    hurried: int, request_: bytes
) -> None:
    """The page goes on."""
    with _connect(hurried) as connection:
        try:
            connection.sendall(request_)
            first = _answer(connection).split(b"\r\n")[0]
        except OSError:
            first = b""
        assert first == b"" or b" 400 " in first or b" 421 " in first
    assert _is_served(hurried)


def test_a_request_for_a_web_socket_gets_none(served: int) -> None:
    """The page has no such thing, and an upgrade is not a way past the guard."""
    with _connect(served) as connection:
        connection.sendall(
            b"GET /events HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
            b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert b" 401 " in _answer(connection, b"\r\n").split(b"\r\n")[0]


def test_a_stream_that_nobody_takes_is_ended(tmp_path: Path) -> None:
    """Whoever opens the stream of events and reads nothing holds on to a place only for a while."""
    settings = PageSettings(enabled=True, port=free_port())
    bench = PageBench(tmp_path, patience=Patience(body=_SHORT, answer=_SHORT))
    server = WebServer(bench.made.app, settings, bench.made.hub)
    server.start()
    try:
        url = f"http://127.0.0.1:{settings.port}"
        with httpx.Client(base_url=url) as browser:
            browser.post("/login", data={"password": PASSWORD}, headers={"origin": url})
            token = browser.cookies["facet_session"]
        with _connect(settings.port) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.sendall(
                f"GET /events HTTP/1.1\r\nhost: localhost\r\ncookie: facet_session={token}\r\n\r\n".encode()
            )
            assert connection.recv(1)
            end = monotonic() + _SOON
            while bench.made.hub.listeners:
                bench.made.hub.publish("document", {"name": "x", "content": "y" * 100_000})
                assert monotonic() < end
    finally:
        server.stop()


def test_no_more_sockets_are_open_than_the_node_can_spare(served: int) -> None:
    """Also of clients that say nothing at all; the others are closed at once, and later ones are served."""
    assert _is_served(served)
    before = _open_files()
    crowd = [_connect(served) for _ in range(4 * MOST_SOCKETS)]
    try:
        # Each of them is one file more in this process, whose server has its own for as many as it keeps.
        # One that is accepted beyond that is closed the next moment.
        wait_for(
            lambda: _open_files() - before - len(crowd) <= MOST_SOCKETS,
            "the others are closed",
        )
    finally:
        for connection in crowd:
            connection.close()
    assert _is_served(served)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
