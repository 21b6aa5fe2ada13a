"""Bytes from https: and file: addresses, within a limit on their number and on the time.

The standard library's client: for one small document a day, another package on every node is not justified.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from time import monotonic
from typing import IO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
    url2pathname,
)

from device import __version__
from device.errors import UpdateError
from device.system.redaction import redact_url

# How long a server may send nothing.
_SILENCE_SECONDS = 20.0
_CHUNK_BYTES = 64 * 1024


class Chunk(NamedTuple):
    """A piece of what an address gives.

    Attributes:
        data: the bytes.
        total: how many bytes the whole has, as far as the server says; nothing relies on it.
    """

    data: bytes
    total: int | None


def read_url(url: str, limit: int, seconds: float) -> bytes:
    """Return all that an address gives; see chunks."""
    return b"".join(chunk.data for chunk in chunks(url, limit, seconds))


def chunks(url: str, limit: int, seconds: float) -> Iterator[Chunk]:
    """Yield what an address gives, piece by piece.

    Args:
        url: https:, verified against the system's authorities ($SSL_CERT_FILE names others); or file:.
        limit: bytes.
        seconds: for all of it.

    Raises:
        UpdateError: it cannot be read, is longer, or takes longer.
    """
    deadline = monotonic() + seconds
    size = 0
    try:
        stream, total = _open(url)
        with closing(stream):
            while data := stream.read(_CHUNK_BYTES):
                size += len(data)
                if size > limit:
                    message = f"{redact_url(url)} is longer than the {limit} bytes that are allowed"
                    raise UpdateError(message)
                if monotonic() > deadline:
                    message = (
                        f"{redact_url(url)} took longer than {seconds:.0f} s; {size} bytes came"
                    )
                    raise UpdateError(message)
                yield Chunk(data, total)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, HTTPError):
            # It is the server's answer as well, with the connection.
            error.close()
        reason = error.reason if isinstance(error, URLError) else error
        message = (
            f"{redact_url(url)} cannot be read ({redact_url(str(reason))}); "
            "check updates.index, and that the node reaches it"
        )
        raise UpdateError(message) from error


def _open(url: str) -> tuple[IO[bytes], int | None]:
    if urlsplit(url).scheme == "file":
        path = Path(url2pathname(urlsplit(url).path))
        return path.open("rb"), path.stat().st_size
    opener = OpenerDirector()
    opener.addheaders = [("User-Agent", f"facet-node/{__version__}")]
    # No handler for http: a redirection to it is rejected like an address that begins with it.
    for handler in (
        ProxyHandler(),
        HTTPSHandler(context=ssl.create_default_context()),
        HTTPRedirectHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        UnknownHandler(),
    ):
        opener.add_handler(handler)
    response: HTTPResponse = opener.open(Request(url), timeout=_SILENCE_SECONDS)  # noqa: S310 - see above
    return response, response.length
