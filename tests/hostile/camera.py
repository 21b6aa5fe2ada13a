"""A network camera that answers byte for byte what a test says: refusals, pages, pictures that are cut, or nothing.

For instance, a first answer that ends early, and others that are whole::

    with answering(ok(picture, length=2 * len(picture)), ok(picture)) as asked:
        ... CameraSettings(source=asked.url)
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = bytes | Iterable[bytes]
"""What a connection is sent: at once, or piece by piece, perhaps without end."""


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
def answering(*answers: Answer, hangs: bool = False) -> Iterator[Asked]:
    """Give each connection the next answer, byte for byte, and end it; the last answer is repeated.

    Args:
        answers: with status line and header.
        hangs: leave each connection open instead, until the context ends.
    """
    with (
        contextlib.ExitStack() as held,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        asked = Asked(listening.getsockname()[1])
        serving = (listening, asked, answers, held if hangs else None)
        thread = threading.Thread(target=_serve, args=serving, daemon=True)
        thread.start()
        yield asked
        listening.shutdown(socket.SHUT_RDWR)  # ends the thread's accept
        thread.join(1)


def _serve(
    listening: socket.socket,
    asked: Asked,
    answers: tuple[Answer, ...],
    held: contextlib.ExitStack | None,
) -> None:
    for number in itertools.count():
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        answer = answers[min(number, len(answers) - 1)]
        with contextlib.ExitStack() as ends, contextlib.suppress(OSError):
            (held or ends).enter_context(connection)
            request = b""
            while b"\r\n\r\n" not in request and (received := connection.recv(4096)):
                request += received
            asked.requests.append(request)
            for piece in (answer,) if isinstance(answer, bytes) else answer:
                connection.sendall(piece)


def trickling(data: bytes, pause: float) -> Iterator[bytes]:
    """Yield an answer byte by byte, with so many seconds between them."""
    for byte in data:
        yield bytes([byte])
        time.sleep(pause)


def endless(beginning: bytes, piece: bytes) -> Iterator[bytes]:
    """Yield an answer that goes on for as long as anybody reads it."""
    yield beginning
    while True:
        yield piece


def ok(body: bytes, content_type: str = "image/jpeg", length: int | None = None) -> bytes:
    """Return an answer; its length is announced as it is, if not given otherwise; not at all if negative."""
    length = len(body) if length is None else length
    announced = "" if length < 0 else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{announced}\r\n".encode() + body


def refusal(status: str, header: str = "") -> bytes:
    """Return an answer with another status, such as "404 Not Found", and without a body."""
    return f"HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n\r\n".encode()


def chunked(body: bytes, *, is_whole: bool = True) -> bytes:
    """Return an answer in two chunks, with or without the one that ends it."""
    half = len(body) // 2
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [body[:half], body[half:]] if is_whole else [body[:half]]
    sent = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head + sent + (b"0\r\n\r\n" if is_whole else b"")


def mjpeg(*parts: bytes, end: bytes = b"--frame--\r\n") -> bytes:
    """Return an answer with parts of which each announces as many bytes as a whole picture has."""
    announced = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    length = max(len(part) for part in parts)
    body = b"".join(announced % length + part + b"\r\n" for part in parts) + end
    return ok(body, "multipart/x-mixed-replace; boundary=frame", -1)
