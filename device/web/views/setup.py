"""What a node without a broker asks its owner: each answer is tried before the file is written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from anyio import to_thread
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.camera.devices import CameraDevice, camera_devices
from device.config import Config
from device.editing.settings_file import SettingsFile
from device.node.state_directory import PAGE
from device.node.trials import Trial
from device.setup.answers import BrokerAnswer, SetupAnswers, named_like
from device.setup.pin_finder import PinFinder
from device.setup.suggestions import Suggestion, suggest_brokers
from device.setup.trial import picture_of, try_broker
from device.system.network import host_name
from device.web.answering import Wish, answering
from device.web.endpoint import Endpoint, refusal
from device.web.security.guard import Visitor
from device.web.security.passwords import StoredPassword

_LOG = logging.getLogger(__name__)

_Found = TypeVar("_Found")

# For somebody who walks to the button; the browser asks again.
_PRESS_SECONDS = 20.0
_BUSY = 422


def find_pin(pull: Literal["up", "down"], is_wanted: Callable[[], bool]) -> int | None:
    """Return the pin that is pressed within a while."""
    with PinFinder(pull) as finder:
        return finder.wait(_PRESS_SECONDS, is_wanted)


async def _unless_done(call: Callable[[], _Found]) -> _Found:
    """Run what takes long on a thread; the server does not wait for it when it ends."""
    return await to_thread.run_sync(call, abandon_on_cancel=True)


@dataclass(frozen=True, slots=True)
class Tools:
    """With what answers are found and tried; tests have others. Each may take many seconds."""

    suggest: Callable[[], Sequence[Suggestion]] = suggest_brokers
    try_broker: Callable[[BrokerAnswer, SettingsFile], Trial] = try_broker
    cameras: Callable[[], Sequence[CameraDevice]] = camera_devices
    picture: Callable[[str], bytes] = picture_of
    find_pin: Callable[[Literal["up", "down"], Callable[[], bool]], int | None] = find_pin
    host_name: Callable[[], str] = host_name


class _Picture(Wish):
    source: str = Field(max_length=500)


class _Pin(Wish):
    pull: Literal["up", "down"]


class SetupView:
    """Asks, tries, and at the end writes the file.

    Args:
        file: the node's.
        config: what it says so far, with any broker.
        directory: the node's state directory.
        finish: called once the file is written and the browser knows it.
        tools: find and try answers.
    """

    def __init__(
        self,
        file: SettingsFile,
        config: Config,
        directory: Path,
        finish: Callable[[], object],
        tools: Tools,
    ) -> None:
        self._file = file
        self._config = config
        self._directory = directory
        self._finish = finish
        self._tools = tools
        # Of the camera, and of the pins: each has one user at a time.
        self._camera, self._pins = asyncio.Lock(), asyncio.Lock()
        self._is_done = False

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/setup", self.show)
        yield Endpoint("/setup", answering(self.save), "POST")
        yield Endpoint("/setup/brokers", self.brokers)
        yield Endpoint("/setup/broker", answering(self.broker), "POST")
        yield Endpoint("/setup/picture", answering(self.picture), "POST")
        yield Endpoint("/setup/pin", answering(self.pin), "POST")

    async def show(self, _request: Request) -> Response:
        """Return what is known before anything is asked."""
        cameras = await run_in_threadpool(self._tools.cameras)
        node = named_like(self._tools.host_name(), self._config.node)
        return JSONResponse(
            {
                "name": node.name,
                "id": node.id,
                "camera": str(self._config.camera.source),
                "cameras": [asdict(camera) for camera in cameras],
            }
        )

    async def brokers(self, _request: Request) -> Response:
        """Return the brokers that the network names."""
        found = await _unless_done(self._tools.suggest)
        return JSONResponse([asdict(each) for each in found])

    async def broker(self, request: Request) -> Response:
        """Try a broker."""
        answer = BrokerAnswer.model_validate_json(await request.body())
        trial = await _unless_done(partial(self._tools.try_broker, answer, self._file))
        return JSONResponse({"works": trial.works, "detail": trial.detail})

    async def picture(self, request: Request) -> Response:
        """Return what a camera sees; nothing keeps it."""
        wish = _Picture.model_validate_json(await request.body())
        async with self._camera:
            picture = await _unless_done(partial(self._tools.picture, wish.source))
        return Response(picture, media_type="image/jpeg")

    async def pin(self, request: Request) -> Response:
        """Return which pin is pressed; none when none is for a while."""
        wish = _Pin.model_validate_json(await request.body())
        if self._pins.locked():
            return refusal("the pins are being watched already; press, or wait", _BUSY)
        find = partial(self._tools.find_pin, wish.pull, lambda: not self._is_done)
        async with self._pins:
            return JSONResponse({"pin": await _unless_done(find)})

    async def save(self, request: Request) -> Response:
        """Write the file, and let the node start."""
        answers = SetupAnswers.model_validate_json(await request.body())
        change = partial(self._file.change, answers.changes(), answers.broker.secrets())
        config = await run_in_threadpool(change)
        password = None
        if answers.keeps_page:
            stored = StoredPassword(self._directory / PAGE)
            password = await run_in_threadpool(stored.renew)
        self._is_done = True
        visitor: Visitor = request.state.visitor
        _LOG.info("The node is set up, by a browser at %s; it starts", visitor.address)
        return JSONResponse(
            {"password": password, "name": config.node.name},
            background=BackgroundTask(self._finish),
        )
