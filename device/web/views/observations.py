"""What was seen in the last hours, and why."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.config.sections.node import Language
from device.web.description import details, summary
from device.web.endpoint import Endpoint
from device.web.memory import Memory, Remembered
from device.web.words import preferred

_NOT_FOUND = 404


class Observations:
    """Shows what is remembered.

    Args:
        memory: of the last hours.
        language: the node's.
    """

    def __init__(self, memory: Memory, language: Language) -> None:
        self._memory = memory
        self._language = language

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/observations", self.all)
        yield Endpoint("/observations/{event_id}", self.one)
        yield Endpoint("/observations/{event_id}/picture", self.picture)

    async def all(self, request: Request) -> Response:
        """Return a line for each, the newest first."""
        language = self._preferred(request)
        return JSONResponse([summary(each, language) for each in self._memory.all()])

    async def one(self, request: Request) -> Response:
        """Return all of one."""
        return JSONResponse(details(self._found(request), self._preferred(request)))

    async def picture(self, request: Request) -> Response:
        """Return the picture of one, as far as it may leave the node and for as long."""
        picture = self._found(request).picture
        if picture is None:
            raise HTTPException(_NOT_FOUND, "there is no picture, or none any more")
        return Response(picture, media_type="image/jpeg")

    def _found(self, request: Request) -> Remembered:
        found = self._memory.find(request.path_params["event_id"])
        if found is None:
            raise HTTPException(_NOT_FOUND, "this observation is not remembered any more")
        return found

    def _preferred(self, request: Request) -> Language:
        return preferred(request.headers.get("accept-language", ""), self._language)
