"""One GET of a camera's URL: with the password if it asks for one."""

from __future__ import annotations

import http.client
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import IO
from urllib.parse import quote, unquote

from device.camera.address import Address
from device.camera.web.refusal import refused, unreachable

# urlsplit rejects brackets in a password.
_AUTHORITY_END = re.compile(r"(?=[/?#])|$")
_CHUNK_BYTES = 64 * 1024
# What a URL may hold besides letters and digits; the rest, such as a space or an umlaut, is escaped.
_URL_CHARACTERS = "%/:=&?~+!$,;'@()*[]|"


class Reply:
    """What a camera answers, as it arrives.

    Args:
        response: with the status 200.

    Attributes:
        content_type: in lower case, without parameters; "" if there is none.
        announced: bytes, from Content-Length; None if there is none.
        received: bytes so far.
        is_cut: whether the connection ended within the body.
    """

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        has_type = response.headers.get("Content-Type") is not None
        self.content_type = response.headers.get_content_type() if has_type else ""
        self.announced = response.length
        self.received = 0
        self.is_cut = False

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes, each time within the time limit, until it ends or breaks off."""
        while self.announced is None or self.received < self.announced:
            try:
                chunk = self._response.read1(_CHUNK_BYTES)
            except (OSError, http.client.HTTPException):
                self.is_cut = True
                return
            if not chunk:
                self.is_cut = self.announced is not None
                return
            self.received += len(chunk)
            yield chunk


@contextmanager
def get(address: Address, timeout_seconds: float) -> Iterator[Reply | None]:
    """Ask for a URL, and leave the connection afterwards.

    Args:
        address: http:// or https://, perhaps with user and password.
        timeout_seconds: for connecting, and for each piece of the answer.

    Yields:
        The answer, or None where the camera speaks something else, which FFmpeg may understand.

    Raises:
        CameraConnectionError: it cannot be reached, or answers with another status than 200.
    """
    scheme, _, rest = address.target.partition("://")
    authority, tail = _AUTHORITY_END.split(rest, maxsplit=1)
    login, _, host = authority.rpartition("@")
    url = f"{scheme}://{host}{quote(tail.partition('#')[0], _URL_CHARACTERS)}"
    user, _, password = login.partition(":")
    opener = _opener(f"{scheme}://{host}/", unquote(user), unquote(password))
    request = urllib.request.Request(url, headers={"User-Agent": "Facet"})  # noqa: S310 - only http and https
    try:
        response = opener.open(request, timeout=timeout_seconds)
    except urllib.error.HTTPError as error:
        error.close()
        raise refused(address, error.code, has_login=bool(login)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, OSError) and not isinstance(reason, ssl.SSLError):
            raise unreachable(address, reason, timeout_seconds) from None
        # Another TLS, a way to log in that urllib lacks, or what is not HTTP.
        response = None
    if response is None:
        yield None
        return
    with response:
        yield Reply(response)


class _GivePasswordOnce(urllib.request.BaseHandler):
    """Ends what Python's handler of digests repeats six times: many cameras lock a user after five wrong passwords."""

    handler_order = 100  # before those that answer with the password

    def http_error_401(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message
    ) -> None:
        """Leave the connection of the first request, and let the other handlers ask again.

        Raises:
            HTTPError: the password was already given.
        """
        fp.close()  # many cameras accept one connection at a time, and Python leaves it to its garbage collector
        if req.has_header("Authorization"):
            raise urllib.error.HTTPError(req.full_url, code, msg, headers, fp)


def _opener(root: str, user: str, password: str) -> urllib.request.OpenerDirector:
    # Cameras sign their own certificates, which nobody can verify; FFmpeg does not either.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
    if user:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, root, user, password)
        handlers += [
            _GivePasswordOnce(),
            urllib.request.HTTPDigestAuthHandler(passwords),
            urllib.request.HTTPBasicAuthHandler(passwords),
        ]
    return urllib.request.build_opener(*handlers)
