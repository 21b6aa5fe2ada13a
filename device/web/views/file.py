"""The node's YAML file: checked while it is typed, and saved only without a fault."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.config.yaml.source import MAX_BYTES
from device.editing.settings_file import SettingsFile
from device.entities.kinds import Row
from device.errors import ConfigError, Fault
from device.web.answering import Wish, answering
from device.web.endpoint import KILOBYTE, Endpoint
from device.web.security.guard import Visitor
from device.web.views.commands import restart_command

_LOG = logging.getLogger(__name__)

# In JSON a character may take six bytes.
_LARGEST = 6 * MAX_BYTES


class _Text(Wish):
    text: str


class _Save(Wish):
    text: str
    revision: str


class _KeepSecret(Wish):
    name: str
    value: SecretStr


class FileView:
    """Shows the file and changes it.

    Args:
        file: the node's.
        table: its rows, one of which restarts it.
    """

    def __init__(self, file: SettingsFile, table: Iterable[Row]) -> None:
        self._file = file
        self._restart = restart_command(table)

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/file", answering(self.show))
        yield Endpoint("/file", answering(self.save), "POST", largest=_LARGEST)
        yield Endpoint("/file/check", answering(self.check), "POST", largest=_LARGEST)
        yield Endpoint("/file/secret", answering(self.keep_secret), "POST", largest=4 * KILOBYTE)

    async def show(self, _request: Request) -> Response:
        """Return the text without its passwords."""
        shown = await run_in_threadpool(self._file.read)
        return JSONResponse(
            {
                "path": str(self._file.path),
                "text": shown.text,
                "revision": shown.revision,
                "restart": {"key": self._restart.key, "payload": self._restart.payload.decode()},
            }
        )

    async def check(self, request: Request) -> Response:
        """Return what is wrong with a text."""
        wish = _Text.model_validate_json(await request.body())
        return _faulty(await run_in_threadpool(self._file.faults, wish.text))

    async def save(self, request: Request) -> Response:
        """Replace the file, or return what is wrong with the text."""
        wish = _Save.model_validate_json(await request.body())
        try:
            await run_in_threadpool(self._file.save, wish.text, wish.revision)
        except ConfigError as error:
            return _faulty(error.faults)
        visitor: Visitor = request.state.visitor
        _LOG.info("The page: %s has changed %s", visitor.address, self._file.path)
        return await self.show(request)

    async def keep_secret(self, request: Request) -> Response:
        """Write a value into secrets.yaml; nothing ever shows it again."""
        wish = _KeepSecret.model_validate_json(await request.body())
        value = wish.value.get_secret_value()
        await run_in_threadpool(self._file.keep_secret, wish.name, value)
        visitor: Visitor = request.state.visitor
        _LOG.info("The page: %s has changed a secret", visitor.address)
        return JSONResponse({})


def _faulty(faults: Iterable[Fault]) -> Response:
    return JSONResponse(
        {
            "faults": [
                {"line": each.line, "path": each.path, "message": each.message} for each in faults
            ]
        }
    )
