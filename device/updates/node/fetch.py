"""Bytes from https: and file: addresses, within a limit on their number and on the time.

The standard library's client: for one small document a day, another package on every node is not justified.
"""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, HTTPSConnection, InvalidURL
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import unquote_to_bytes, urlsplit
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
from device.system.redaction import redact_urls
from device.system.secret_address import SecretAddress
from device.updates.node.cutter import Cutter

_CHUNK_BYTES = 64 * 1024
_STALL_SECONDS = 60.0
"""For each 64 kB: a line that is slower than 1 kB/s takes half a day for a release."""


class Chunk(NamedTuple):
    """A piece of what an address gives.

    Attributes:
        data: the bytes.
        total: how many bytes the whole has, as far as the server says; nothing relies on it.
    """

    data: bytes
    total: int | None


def read_url(address: SecretAddress, limit: int, seconds: float) -> bytes:
    """Return all that an address gives; see chunks."""
    return b"".join(chunk.data for chunk in chunks(address, limit, seconds))


def chunks(
    address: SecretAddress, limit: int, seconds: float, *, stall: float = _STALL_SECONDS
) -> Iterator[Chunk]:
    """Yield what an address gives, piece by piece.

    Args:
        address: https:, verified against the system's authorities ($SSL_CERT_FILE names others); or file:.
        limit: bytes.
        seconds: for all of it, from the first connection to the last byte.
        stall: seconds for each piece, the first with all that comes before it.

    Raises:
        UpdateError: it cannot be read, is longer, or takes longer.
    """
    size = 0
    with Cutter(seconds, stall) as cutter:
        try:
            stream, total = _open(address.reveal(), cutter)
            with closing(stream):
                while (data := stream.read(_CHUNK_BYTES)) and not cutter.has_cut:
                    size += len(data)
                    if size > limit:
                        message = f"{address} is longer than the {limit} bytes that are allowed"
                        raise UpdateError(message)
                    yield Chunk(data, total)
                    cutter.progress()
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, HTTPError):
                # It is the server's answer as well, with the connection.
                error.close()
            if cutter.has_cut:
                raise _too_slow(
                    address, seconds, stall, size, is_stalled=cutter.is_stalled
                ) from error
            message = (
                f"{address} cannot be read ({_reason(error)}); "
                "check updates.index, and that the node reaches it"
            )
            raise UpdateError(message) from error
        if cutter.has_cut:
            raise _too_slow(address, seconds, stall, size, is_stalled=cutter.is_stalled)


def _reason(error: OSError | HTTPException | ValueError) -> str:
    """Say why, in words that repeat nothing of the address, nor what a server says of it."""
    if isinstance(error, HTTPError):
        is_known = error.code in set(HTTPStatus)
        return f"HTTP {error.code}{f' {HTTPStatus(error.code).phrase}' if is_known else ''}"
    reason = error.reason if isinstance(error, URLError) else error
    match reason:
        case OSError():
            return redact_urls(reason.strerror or str(reason))
        case str():  # urllib's words, such as: unknown url type: http
            return redact_urls(reason)
        case HTTPException() if not isinstance(reason, InvalidURL):
            return f"it is no answer of a web server, {type(reason).__name__}"
        case _:
            return "it is not an address; write https:// before the host, and a space as %20"


def _too_slow(
    address: SecretAddress, seconds: float, stall: float, size: int, *, is_stalled: bool
) -> UpdateError:
    if is_stalled:
        return UpdateError(
            f"{address} sent less than {_CHUNK_BYTES} bytes within {stall:g} s; {size} bytes came"
        )
    return UpdateError(f"{address} took longer than {seconds:.0f} s; {size} bytes came")


class _Connection(HTTPSConnection):
    """Lets a cutter connect."""

    def __init__(self, host: str, cutter: Cutter, **options: Any) -> None:  # noqa: ANN401 - HTTPSConnection's
        super().__init__(host, **options)
        # The only place where there is a socket before a proxy or TLS has its say.
        self._create_connection = cutter.connect


class _Handler(HTTPSHandler):
    def __init__(self, cutter: Cutter) -> None:
        tls = ssl.create_default_context()
        super().__init__(context=tls)
        self._connection = partial(_Connection, cutter=cutter, context=tls)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(self._connection, req)


def _open(url: str, cutter: Cutter) -> tuple[IO[bytes], int | None]:
    if urlsplit(url).scheme == "file":
        path = Path(url2pathname(urlsplit(url).path))
        return path.open("rb"), path.stat().st_size
    opener = OpenerDirector()
    opener.addheaders = [("User-Agent", f"facet-node/{__version__}")]
    # No handler for http: a redirection to it is rejected like an address that begins with it.
    for handler in (
        ProxyHandler(),
        _Handler(cutter),
        HTTPRedirectHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        UnknownHandler(),
    ):
        opener.add_handler(handler)
    response: HTTPResponse = opener.open(_request(url))
    return response, response.length


def _request(url: str) -> Request:
    """Return the request for a URL; user and password go into a header, which no redirection takes elsewhere.

    urllib would look for a host of the name "user:password@host", and so ask the network's name server for it.
    """
    parts = urlsplit(url)
    login, has_login, host = parts.netloc.rpartition("@")
    request = Request(parts._replace(netloc=host).geturl())  # noqa: S310 - see the handlers
    if has_login:
        encoded = b64encode(unquote_to_bytes(login)).decode("ascii")
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    return request
