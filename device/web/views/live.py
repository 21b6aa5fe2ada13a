"""What the camera sees now."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from device.config.sections.node import Language
from device.node.live import LiveView, Look
from device.web.description import faces, unjudged
from device.web.endpoint import Endpoint
from device.web.hub import Hub
from device.web.words import preferred

# A browser asks again at once; while it waits, the view stays alive.
_WAIT_SECONDS = 4.0
_NOTHING_NEW = 204


class Live:
    """Hands each look to whoever waits for it.

    Args:
        live: what the camera sees.
        hub: wakes who waits.
        language: the node's.
    """

    def __init__(self, live: LiveView, hub: Hub, language: Language) -> None:
        self._live = live
        self._hub = hub
        self._language = language
        live.on_look(hub.notify_look)

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/live", self.look)

    async def look(self, request: Request) -> Response:
        """Return the next look, as a form with what is seen and the picture; nothing if there is none in a while."""
        try:
            after = int(request.query_params.get("after", "-1"))
        except ValueError:
            after = -1
        self._live.watch()
        newest = self._live.newest
        if newest is None or newest.number <= after:
            await self._hub.wait_for_look(_WAIT_SECONDS)
            newest = self._live.newest
        # In privacy there is none, and the browser may keep none.
        if newest is None:
            return Response(status_code=_NOTHING_NEW)
        # On a slow board: what the browser shows is still the newest.
        if newest.number == after:
            return Response(status_code=_NOTHING_NEW, headers={"x-same-look": "1"})
        language = preferred(request.headers.get("accept-language", ""), self._language)
        return _form(_described(newest, language), newest.picture)


def _described(look: Look, language: Language) -> dict[str, Any]:
    width, height = look.size
    return {
        "number": look.number,
        "width": width,
        "height": height,
        "faces": faces(look.faces, language),
        "unjudged": unjudged(look.unjudged),
        "usable": look.usable,
        "counted": look.counted,
        "fault": look.fault,
    }


def _form(seen: dict[str, Any], picture: bytes | None) -> Response:
    """Return both parts in one answer, so that boxes and picture are of the same moment (RFC 7578)."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="seen"\r\n\r\n'.encode(),
        json.dumps(seen).encode(),
    ]
    if picture is not None:
        parts += [
            f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="picture"; filename="picture.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n".encode(),
            picture,
        ]
    parts.append(f"\r\n--{boundary}--\r\n".encode())
    return Response(b"".join(parts), media_type=f"multipart/form-data; boundary={boundary}")
