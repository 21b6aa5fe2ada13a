"""How much a client may send, and how long it may take."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import Message, Receive

_TOO_LARGE, _TOO_SLOW = 413, 408


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, in seconds.

    Attributes:
        body: to send all of a request's body.
        answer: to take a piece of an answer.
    """

    body: float = 20.0
    answer: float = 20.0


USUAL = Patience()


def bounded(receive: Receive, limit: int, seconds: float) -> Receive:
    """Return what receives a body of at most so many bytes, in a bounded time."""
    received = 0
    is_whole = False
    deadline = asyncio.get_running_loop().time() + seconds

    async def receive_bounded() -> Message:
        nonlocal received, is_whole
        if is_whole:
            # What comes now is the end of the connection, and may take as long as it likes.
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(_TOO_SLOW, "the request took too long") from None
        received += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if received > limit:
            raise HTTPException(_TOO_LARGE, f"at most {limit} bytes are taken")
        return message

    return receive_bounded
