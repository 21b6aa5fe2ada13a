"""Logging in and out: the only view that needs no session."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from device.config.sections.node import Language
from device.web.endpoint import KILOBYTE, Endpoint
from device.web.security.guard import COOKIE, Visitor
from device.web.security.passwords import Passwords
from device.web.security.sessions import Session, Sessions
from device.web.security.throttle import Throttle
from device.web.static_files import STATIC, file_response
from device.web.words import preferred, words

_LOG = logging.getLogger(__name__)

# What the login page needs, and nothing else, is there for everybody.
_PUBLIC_FILES = frozenset({"icon.svg", "login.js", "style.css"})
_LONGEST_PASSWORD = 200
# That wait while another one is tried: each takes memory and time.
_MOST_WAITING = 4
_UNAUTHORIZED, _TOO_MANY, _NOT_FOUND = 401, 429, 404


class Login:
    """Opens sessions for those who know the password.

    Args:
        sessions: who has logged in.
        passwords: what they are asked for.
        throttle: how often they may try.
        name: the node's, for the title.
        language: the node's, for a browser that asks for none of those there are.
        is_encrypted: whether the page is served by https.
        is_code: whether what is asked for is the code of a first start.
    """

    def __init__(
        self,
        sessions: Sessions,
        passwords: Passwords,
        throttle: Throttle,
        *,
        name: str,
        language: Language,
        is_encrypted: bool = False,
        is_code: bool = False,
    ) -> None:
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._name = name
        self._language = language
        self._is_encrypted = is_encrypted
        self._is_code = is_code
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self._template = Template((STATIC / "login.html").read_text(encoding="utf-8"))

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/login", self.show, is_public=True)
        yield Endpoint("/login", self.log_in, "POST", is_public=True, largest=KILOBYTE)
        for name in sorted(_PUBLIC_FILES):
            yield Endpoint(f"/login/{name}", self.file, is_public=True)
        yield Endpoint("/logout", self.log_out, "POST")

    async def show(self, request: Request) -> Response:
        """Return the form."""
        return self._page(request)

    async def file(self, request: Request) -> Response:
        """Return what the form needs."""
        name = Path(request.url.path).name
        if name not in _PUBLIC_FILES:
            raise HTTPException(_NOT_FOUND)
        return file_response(name)

    async def log_in(self, request: Request) -> Response:
        """Open a session for whoever knows the password."""
        visitor: Visitor = request.state.visitor
        delay = self._throttle.delay(visitor.address)
        if delay > 0 or self._waiting >= _MOST_WAITING:
            return self._locked(request, max(delay, 1.0))
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=4)
        given = form.get("password", [""])[0].strip()
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                delay = self._throttle.delay(visitor.address)
                if delay > 0:
                    return self._locked(request, delay)
                edition = self._passwords.edition
                is_right = len(given) <= _LONGEST_PASSWORD and await run_in_threadpool(
                    self._passwords.matches, given
                )
        finally:
            self._waiting -= 1
        if not is_right or edition is None:
            return self._wrong(request, visitor)
        self._throttle.succeeded(visitor.address)
        _LOG.info("The page: a browser at %s has logged in", visitor.address)
        response = RedirectResponse(f"{visitor.origin.prefix}/", 303)
        self._set_cookie(response, visitor, self._sessions.open(edition))
        return response

    async def log_out(self, request: Request) -> Response:
        """End the session."""
        visitor: Visitor = request.state.visitor
        if visitor.session is not None:
            self._sessions.close(visitor.session)
        _LOG.info("The page: a browser at %s has logged out", visitor.address)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path=f"{visitor.origin.prefix}/", samesite="strict")
        return response

    def _wrong(self, request: Request, visitor: Visitor) -> Response:
        lock = self._throttle.failed(visitor.address)
        _LOG.warning(
            "The page: a wrong password from %s%s",
            visitor.address,
            f", which is locked out for {lock:.0f} s" if lock else "",
        )
        if lock:
            return self._locked(request, lock)
        return self._page(request, "login_wrong", status=_UNAUTHORIZED)

    def _locked(self, request: Request, delay: float) -> Response:
        seconds = math.ceil(delay)
        response = self._page(request, "login_locked", seconds=seconds, status=_TOO_MANY)
        response.headers["retry-after"] = str(seconds)
        return response

    def _set_cookie(self, response: Response, visitor: Visitor, session: Session) -> None:
        response.set_cookie(
            COOKIE,
            session.token,
            path=f"{visitor.origin.prefix}/",
            secure=self._is_encrypted,
            httponly=True,
            samesite="strict",
        )

    def _page(
        self, request: Request, message: str | None = None, *, seconds: int = 0, status: int = 200
    ) -> Response:
        visitor: Visitor = request.state.visitor
        language = preferred(request.headers.get("accept-language", ""), self._language)
        texts = words(language)
        if message is None and self._passwords.edition is None:
            message = "login_no_password"
        text = "" if message is None else texts[message].replace("{seconds}", str(seconds))
        kind = "code" if self._is_code else "password"
        filled = self._template.substitute(
            base=escape(f"{visitor.origin.prefix}/"),
            language=language,
            name=escape(self._name),
            label=escape(texts[f"login_{kind}"]),
            hint=escape(texts[f"login_{kind}_hint"]),
            button=escape(texts["login_button"]),
            message=escape(text),
        )
        return Response(filled, status, media_type="text/html")
