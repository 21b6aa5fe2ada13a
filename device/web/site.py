"""All that the page's server answers, put together: the table of endpoints behind its guard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from device.web.endpoint import Endpoint, Handler, refusal
from device.web.security.bounds import USUAL, Patience, bounded
from device.web.security.guard import Guard
from device.web.security.passwords import Passwords
from device.web.security.sessions import Sessions

if TYPE_CHECKING:
    from starlette.types import ASGIApp

from starlette.middleware.exceptions import ExceptionMiddleware


def site(
    endpoints: Sequence[Endpoint],
    sessions: Sessions,
    passwords: Passwords,
    *,
    names: Collection[str],
    is_encrypted: bool = False,
    patience: Patience = USUAL,
) -> ASGIApp:
    """Return what answers requests.

    Args:
        endpoints: the table of all that can be asked.
        sessions: who has logged in.
        passwords: with which password.
        names: of the node, in small letters.
        is_encrypted: whether the page is served by https.
        patience: how long a client may take.
    """
    router = Router(
        [
            Route(each.path, _bounded(each, patience.body), methods=[each.method])
            for each in endpoints
        ],
        redirect_slashes=False,
    )
    answering = ExceptionMiddleware(router, {HTTPException: _explained})
    return Guard(
        answering,
        endpoints,
        sessions,
        passwords,
        names=names,
        is_encrypted=is_encrypted,
        patience=patience,
    )


def _bounded(endpoint: Endpoint, seconds: float) -> Handler:
    """Return a handler that reads no more, and no longer, than its endpoint takes."""

    async def answer(request: Request) -> Response:
        receive = bounded(request.receive, endpoint.largest, seconds)
        return await endpoint.handler(Request(request.scope, receive))

    return answer


def _explained(_request: Request, error: Exception) -> Response:
    """Return a refusal in the form of all others."""
    if not isinstance(error, HTTPException):
        raise error
    return refusal(error.detail or HTTPStatus(error.status_code).phrase, error.status_code)
