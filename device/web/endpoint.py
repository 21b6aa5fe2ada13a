"""What the page can be asked: one table, through which the guard and the tests walk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path.

    Attributes:
        path: as Starlette writes it, for instance "/observations/{event_id}".
        handler: answers.
        method: GET, or POST for what changes something.
        is_public: whether it answers without a session; only what is needed to log in.
        largest: bytes of a request's body.
    """

    path: str
    handler: Handler
    method: str = "GET"
    is_public: bool = False
    largest: int = 16 * KILOBYTE


def refusal(message: str, status: int) -> JSONResponse:
    """Return that something was refused, in words for whoever asked."""
    return JSONResponse({"error": message}, status)
