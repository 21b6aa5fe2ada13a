"""What Home Assistant can ask of the node, asked from the page: the same commands, judged by the same rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.entities.commands import read_command
from device.entities.kinds import PRESS, Button, Row
from device.entities.requests import Capture, Restart
from device.errors import CommandError
from device.mqtt.events import Command
from device.system.text import printable
from device.web.endpoint import Endpoint, refusal
from device.web.security.guard import Visitor

_LOG = logging.getLogger(__name__)

_INVALID = 422


def button(table: Iterable[Row], kind: type[object]) -> Button:
    """Return the button whose press asks for something; the node has one."""
    return next(row for row in table if isinstance(row, Button) and isinstance(row.press, kind))


def restart_command(table: Iterable[Row]) -> Command:
    """Return what a press of the button sends that starts the node again; each node has it."""
    return Command(button(table, Restart).key, PRESS.encode())


class Commands:
    """Hands commands to the node.

    Args:
        table: the node's rows.
        ask: takes a command; the inbox's.
    """

    def __init__(self, table: tuple[Row, ...], ask: Callable[[Command], object]) -> None:
        self._table = table
        self._ask = ask

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/capture", self.capture, "POST")
        yield Endpoint("/command/{key}", self.command, "POST")

    async def capture(self, request: Request) -> Response:
        """Press the button that takes a burst."""
        for row in self._table:
            if isinstance(row, Button) and isinstance(row.press, Capture):
                return self._hand_on(request, row.key, PRESS.encode())
        return refusal("this node takes no captures", _INVALID)

    async def command(self, request: Request) -> Response:
        """Do what a row's command asks; its payload is the body."""
        return self._hand_on(request, request.path_params["key"], await request.body())

    def _hand_on(self, request: Request, key: str, payload: bytes) -> Response:
        visitor: Visitor = request.state.visitor
        try:
            read_command(self._table, key, payload)
        except CommandError as error:
            return refusal(str(error), _INVALID)
        # Without what was sent: it may be a name.
        _LOG.info("The page: %s asks for %s", visitor.address, printable(key))
        self._ask(Command(key, payload))
        return JSONResponse({}, 202)
