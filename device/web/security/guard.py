"""In front of every answer: who asks, under which name, with how much, and for how long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from device.system.text import printable
from device.web.endpoint import Endpoint, refusal
from device.web.security.bounds import USUAL, Patience
from device.web.security.headers import security_headers
from device.web.security.origin import Origin, origin
from device.web.security.passwords import Passwords
from device.web.security.seldom import SeldomLog
from device.web.security.sessions import Session, Sessions
from device.web.words import preferred, words

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger(__name__)

COOKIE = "facet_session"
CSRF_HEADER = "x-csrf-token"

_SAFE = frozenset({"GET", "HEAD"})
_MISDIRECTED, _UNAUTHORIZED, _FORBIDDEN, _TOO_LARGE, _TOO_SLOW, _FAILED = (
    421,
    401,
    403,
    413,
    408,
    500,
)


def _said(headers: Headers, key: str) -> str:
    """Return a text in the browser's language: who sees it may have no page that could translate it."""
    return words(preferred(headers.get("accept-language", ""), "en"))[key]


class _TooSlowError(Exception):
    """A client does not take its answer."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks; each handler finds it in the request's state.

    Attributes:
        origin: where the request comes from.
        address: of whoever opened the connection.
        session: None for whoever has not logged in.
    """

    origin: Origin
    address: str
    session: Session | None


class Guard:
    """Refuses what is not to be answered; nothing behind it can be reached in another way.

    Args:
        app: what answers.
        endpoints: the table of all that can be asked.
        sessions: who has logged in.
        passwords: with which password.
        names: of the node, in small letters.
        is_encrypted: whether the page is served by https.
        patience: how long a client may take.
    """

    def __init__(
        self,
        app: ASGIApp,
        endpoints: Sequence[Endpoint],
        sessions: Sessions,
        passwords: Passwords,
        *,
        names: Collection[str],
        is_encrypted: bool,
        patience: Patience = USUAL,
    ) -> None:
        self._patience = patience
        self._seldom = SeldomLog(_LOG)
        self._app = app
        self._public = frozenset(each.path for each in endpoints if each.is_public)
        self._sessions = sessions
        self._passwords = passwords
        self._names = names
        self._is_encrypted = is_encrypted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        # One listener serves both families; an IPv4 address is known as such.
        address = (scope["client"][0] if scope.get("client") else "").removeprefix("::ffff:")
        found = origin(headers, address)
        visitor = Visitor(found, address, self._session(headers))
        guarded_send = self._sending(send, found)
        refused = self._refusal(scope, headers, visitor)
        if refused is not None:
            await refused(scope, receive, guarded_send)
            return
        scope.setdefault("state", {})["visitor"] = visitor
        await self._answer(scope, receive, guarded_send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except (_TooSlowError, ClientDisconnect):
            _LOG.debug("A browser has left, or takes nothing any more")
        except Exception:  # noqa: BLE001 - the browser learns that there was one, the log which
            _LOG.exception("The page could not answer %s", printable(scope["path"]))
            # Where the answer has begun, the server closes the connection.
            with suppress(RuntimeError):
                message = _said(Headers(scope=scope), "guard_error")
                await refusal(message, _FAILED)(scope, receive, send)

    def _session(self, headers: Headers) -> Session | None:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return None
        cookie = cookies.get(COOKIE)
        if cookie is None:
            return None
        return self._sessions.find(cookie.value, self._passwords.edition)

    def _refusal(self, scope: Scope, headers: Headers, visitor: Visitor) -> Response | None:
        if not visitor.origin.has_own_name(self._names):
            host = printable(visitor.origin.host)
            self._seldom.warning(
                "The page is refused under the name %s, to %s", host, visitor.address
            )
            return refusal(_said(headers, "guard_name").replace("{host}", host), _MISDIRECTED)
        is_safe = scope["method"] in _SAFE
        is_public = scope["path"] in self._public
        if visitor.session is None and not is_public:
            if is_safe and "text/html" in headers.get("accept", ""):
                return RedirectResponse(f"{visitor.origin.prefix}/login", 303)
            return refusal(_said(headers, "guard_session"), _UNAUTHORIZED)
        if is_safe:
            return None
        if is_public:
            # Whoever has no session has no token either; a browser says from which page it sends a form.
            is_meant = visitor.origin.is_same(headers.get("origin"))
        else:
            given = headers.get(CSRF_HEADER, "")
            wanted = "" if visitor.session is None else visitor.session.csrf
            is_meant = compare_digest(given.encode(), wanted.encode())
        if is_meant:
            return None
        self._seldom.warning(
            "The page: a request from another site is refused, by the browser at %s",
            visitor.address,
        )
        return refusal(_said(headers, "guard_page"), _FORBIDDEN)

    def _sending(self, send: Send, found: Origin) -> Send:
        extra = security_headers(is_framed=found.is_trusted_proxy, is_encrypted=self._is_encrypted)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _value in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in extra if header[0] not in given),
                ]
            # Whoever takes nothing must not hold on to a connection.
            try:
                async with asyncio.timeout(self._patience.answer):
                    await send(message)
            except TimeoutError as error:
                raise _TooSlowError from error

        return guarded
