"""A network camera on this machine."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
