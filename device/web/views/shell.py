"""The frame around all views: one HTML page, its modules, its words, and the stream of what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from string import Template
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from device.config.sections.node import Language
from device.web.endpoint import Endpoint, refusal
from device.web.hub import Hub
from device.web.security.guard import Visitor
from device.web.security.passwords import Passwords
from device.web.security.sessions import Session, Sessions
from device.web.static_files import STATIC, file_response, known_files
from device.web.words import preferred, sentences, words

_NOT_FOUND, _BUSY = 404, 503


class Shell:
    """Serves what all views have in common.

    Args:
        views: the names of the views, in the order of the navigation; each has a module static/views/NAME.js and the
            word view_NAME.
        hub: what happens.
        newest: returns what a browser must know when it begins to listen, as names and contents of events.
        sessions: who has logged in.
        passwords: with which password.
        name: the node's.
        language: the node's.
    """

    def __init__(
        self,
        views: Sequence[str],
        hub: Hub,
        newest: Callable[[], list[tuple[str, Any]]],
        sessions: Sessions,
        passwords: Passwords,
        *,
        name: str,
        language: Language,
    ) -> None:
        self._views = views
        self._hub = hub
        self._newest = newest
        self._sessions = sessions
        self._passwords = passwords
        self._name = name
        self._language = language
        self._template = Template((STATIC / "index.html").read_text(encoding="utf-8"))

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/", self.page)
        yield Endpoint("/code/{name:path}", self.file)
        yield Endpoint("/words", self.words)
        yield Endpoint("/events", self.events)

    async def page(self, request: Request) -> Response:
        """Return the page without any content."""
        visitor: Visitor = request.state.visitor
        filled = self._template.substitute(
            base=escape(f"{visitor.origin.prefix}/"),
            language=self._preferred(request),
            name=escape(self._name),
            views=escape(" ".join(self._views)),
            csrf=escape("" if visitor.session is None else visitor.session.csrf),
            noscript=escape(words(self._preferred(request))["noscript"]),
        )
        return Response(filled, media_type="text/html")

    async def file(self, request: Request) -> Response:
        """Return a module."""
        name = request.path_params["name"]
        if name not in known_files():
            raise HTTPException(_NOT_FOUND)
        return file_response(name)

    async def words(self, request: Request) -> Response:
        """Return all texts in the browser's language, and how what the node says in English is said in it."""
        language = self._preferred(request)
        # The first time in a language they are read from their file.
        known = await run_in_threadpool(sentences, language)
        return JSONResponse({"texts": dict(words(language)), "sentences": known})

    async def events(self, request: Request) -> Response:
        """Return the stream of what happens."""
        visitor: Visitor = request.state.visitor
        session = visitor.session
        if session is None or self._hub.is_full:
            return refusal("too many pages are open; close one", _BUSY)
        stream = self._hub.stream(self._newest, lambda: self._is_in(session))
        return StreamingResponse(stream, media_type="text/event-stream")

    def _is_in(self, session: Session) -> bool:
        return self._sessions.is_open(session, self._passwords.edition)

    def _preferred(self, request: Request) -> Language:
        return preferred(request.headers.get("accept-language", ""), self._language)
