"""Turning recognition on, once everybody has agreed, and off again: one line of the node's file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.editing.settings_file import SettingsFile
from device.node.page import NodeAccess
from device.web.answering import Wish, answering
from device.web.endpoint import Endpoint
from device.web.security.guard import Visitor
from device.web.views.commands import restart_command

_LOG = logging.getLogger(__name__)

_ENABLED = ("people", "enabled")


class _Switch(Wish):
    is_on: bool


class RecognitionSwitch:
    """Writes what the owner has decided, and starts the node again.

    Args:
        file: the node's.
        access: what it may use of the node.
    """

    def __init__(self, file: SettingsFile, access: NodeAccess) -> None:
        self._file = file
        self._access = access
        self._restart = restart_command(access.table)

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/people/recognition", answering(self.switch), "POST")

    async def switch(self, request: Request) -> Response:
        """Turn recognition on or off; comments and everything else in the file stay."""
        wish = _Switch.model_validate_json(await request.body())
        await run_in_threadpool(self._file.change, {_ENABLED: wish.is_on})
        visitor: Visitor = request.state.visitor
        state = "on" if wish.is_on else "off"
        _LOG.info(
            "The page: %s turns recognition %s, and restarts the node", visitor.address, state
        )
        # Whoever has changed their mind at once does not press again: what the file says must count.
        delay = max(self._access.restarts_from - monotonic(), 0.0)
        asyncio.get_running_loop().call_later(delay, self._access.ask, self._restart)
        return JSONResponse({}, 202)
