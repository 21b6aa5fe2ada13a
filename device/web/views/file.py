"""The node's YAML file: checked while it is typed, and saved only without a fault."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.config.yaml.source import MAX_BYTES
from device.editing.settings_file import SettingsFile
from device.entities.kinds import PRESS, Button, Row
from device.entities.requests import Restart
from device.errors import ConfigError, Fault, SettingsFileError
from device.web.endpoint import KILOBYTE, Endpoint, refusal
from device.web.security.guard import Visitor

_LOG = logging.getLogger(__name__)

# In JSON a character may take six bytes.
_LARGEST = 6 * MAX_BYTES
_WRONG, _CONFLICT = 400, 409


class FileView:
    """Shows the file and changes it.

    Args:
        file: the node's.
        table: its rows, one of which restarts it.
    """

    def __init__(self, file: SettingsFile, table: Iterable[Row]) -> None:
        self._file = file
        restarts = (row for row in table if isinstance(row, Button) and row.press == Restart())
        self._restart = next((row.key for row in restarts), None)

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/file", self.show)
        yield Endpoint("/file", self.save, "POST", largest=_LARGEST)
        yield Endpoint("/file/check", self.check, "POST", largest=_LARGEST)
        yield Endpoint("/file/secret", self.keep_secret, "POST", largest=4 * KILOBYTE)

    async def show(self, _request: Request) -> Response:
        """Return the text without its passwords."""
        try:
            shown = await run_in_threadpool(self._file.read)
        except SettingsFileError as error:
            return refusal(str(error), _CONFLICT)
        return JSONResponse(
            {
                "path": str(self._file.path),
                "text": shown.text,
                "revision": shown.revision,
                "restart": {"key": self._restart, "payload": PRESS},
            }
        )

    async def check(self, request: Request) -> Response:
        """Return what is wrong with a text."""
        match await request.json():
            case {"text": str() as text}:
                pass
            case _:
                return refusal("a text is needed", _WRONG)
        try:
            return JSONResponse(_faults(await run_in_threadpool(self._file.faults, text)))
        except SettingsFileError as error:
            return refusal(str(error), _CONFLICT)

    async def save(self, request: Request) -> Response:
        """Replace the file, or return what is wrong with the text."""
        match await request.json():
            case {"text": str() as text, "revision": str() as revision}:
                pass
            case _:
                return refusal("a text and its revision are needed", _WRONG)
        try:
            await run_in_threadpool(self._file.save, text, revision)
        except ConfigError as error:
            return JSONResponse(_faults(error.faults))
        except SettingsFileError as error:
            return refusal(str(error), _CONFLICT)
        visitor: Visitor = request.state.visitor
        _LOG.info("The page: %s is changed from %s", self._file.path, visitor.address)
        return await self.show(request)

    async def keep_secret(self, request: Request) -> Response:
        """Write a value into secrets.yaml; nothing ever shows it again."""
        match await request.json():
            case {"name": str() as name, "value": str() as value} if name and value:
                pass
            case _:
                return refusal("a name and a value are needed", _WRONG)
        try:
            await run_in_threadpool(self._file.keep_secret, name, value)
        except ConfigError as error:
            return JSONResponse(_faults(error.faults))
        except SettingsFileError as error:
            return refusal(str(error), _CONFLICT)
        visitor: Visitor = request.state.visitor
        _LOG.info("The page: a secret is changed from %s", visitor.address)
        return JSONResponse({})


def _faults(faults: Iterable[Fault]) -> dict[str, object]:
    return {
        "faults": [
            {"line": fault.line, "path": fault.path, "message": fault.message} for fault in faults
        ]
    }
