"""A network camera on this machine."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

BOUNDARY = "frame"


def jpeg(level: int) -> bytes:
    """Return an encoded picture of one brightness."""
    return cv2.imencode(".jpg", np.full((48, 64, 3), level, np.uint8))[1].tobytes()


class CameraServer(ThreadingHTTPServer):
    """A network camera: /snapshot has one picture, /live and /moving never end; each asks for a password."""

    daemon_threads = True
    connections = 0


class _Handler(BaseHTTPRequestHandler):
    server: CameraServer

    def do_GET(self) -> None:
        self.server.connections += 1
        # FFmpeg offers the password when it is asked for it.
        if "Authorization" not in self.headers:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
        elif self.path.startswith("/snapshot"):
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.end_headers()
            self.wfile.write(jpeg(150))
        elif self.path.startswith("/live"):
            self._stream(itertools.repeat(100))
        elif self.path.startswith("/moving"):
            self._stream(itertools.cycle((90, 110)))
        else:
            self.send_error(404)

    def _stream(self, levels: Iterable[int]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.end_headers()
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
        try:
            for level in levels:
                self.wfile.write(head + jpeg(level) + b"\r\n")
                time.sleep(0.01)
        except OSError:
            return  # the client has left

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet."""


@contextmanager
def camera_server() -> Iterator[CameraServer]:
    """Serve while the context lasts."""
    with CameraServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def url_on(server: CameraServer, path: str) -> str:
    """Return the URL of a path, with a user and a password."""
    host, port = server.server_address[:2]
    return f"http://me:secret@{host!s}:{port}{path}"


@dataclass(slots=True)
class Asked:
    """What a scripted camera was asked.

    Attributes:
        port: on which it listens.
        requests: the head of each.
    """

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL of its picture, without user and password."""
        return f"http://127.0.0.1:{self.port}/picture"


@contextmanager
def answering(*answers: bytes) -> Iterator[Asked]:
    """Give each connection the next answer, byte for byte, and end it; the last answer is repeated.

    Args:
        answers: with status line and header.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = Asked(listening.getsockname()[1])
        threading.Thread(target=_answer, args=(listening, asked, answers), daemon=True).start()
        yield asked
        listening.shutdown(socket.SHUT_RDWR)  # ends the thread's accept


def _answer(listening: socket.socket, asked: Asked, answers: tuple[bytes, ...]) -> None:
    for number in itertools.count():
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request and (received := connection.recv(4096)):
                request += received
            asked.requests.append(request)
            connection.sendall(answers[min(number, len(answers) - 1)])


def ok(body: bytes, content_type: str = "image/jpeg", length: int | None = None) -> bytes:
    """Return an answer; its length is announced as it is, if not given otherwise; not at all if negative."""
    length = len(body) if length is None else length
    announced = "" if length < 0 else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{announced}\r\n".encode() + body


def refusal(status: str, header: str = "") -> bytes:
    """Return an answer with another status, such as "404 Not Found", and without a body."""
    return f"HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n\r\n".encode()
