"""Who is enrolled: with the same commands as Home Assistant's, and with what the gallery's file says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.camera.picture import decode_picture
from device.config.sections.people import PeopleSettings
from device.entities.commands import read_command
from device.entities.kinds import PRESS, Row
from device.entities.requests import (
    Enrol,
    Forget,
    NameVisitor,
    Rename,
    SelectPerson,
    SelectVisitor,
    TypeName,
)
from device.entities.roster_kinds import Choice, Text
from device.errors import CameraError, CommandError, PeopleError
from device.mqtt.events import Command
from device.networks.recognition_card import read_recognition_card
from device.node.gallery_tasks import EnrolPictureTask, EnrolSeenTask
from device.people.calibration import calibrate
from device.people.gallery_file import GalleryFile
from device.people.listing import person_json, references_json
from device.people.visitors import VisitorJson, visitors_of
from device.perception.analysers.recognition import limits_of
from device.web.endpoint import KILOBYTE, Endpoint, refusal
from device.web.security.guard import Visitor
from device.web.views.commands import button

_LOG = logging.getLogger(__name__)

# A phone's picture, made smaller by its browser.
_LARGEST_PICTURE = 2048 * KILOBYTE
# In which one picture is looked at; a further one waits, for each takes megabytes.
_PICTURE_SECONDS = 5.0
_INVALID, _BUSY = 422, 429

_Ask = Callable[[Command | EnrolPictureTask | EnrolSeenTask], object]


class People:
    """Enrols, renames and forgets.

    Args:
        table: the node's rows.
        ask: takes commands and pictures; the inbox's.
        path: of the gallery.
        settings: the owner's.
    """

    def __init__(
        self, table: tuple[Row, ...], ask: _Ask, path: Path, settings: PeopleSettings
    ) -> None:
        self._table = table
        self._ask = ask
        self._path = path
        self._settings = settings
        self._decoding = asyncio.Lock()
        self._next_picture = float("-inf")

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/people", self.all)
        yield Endpoint("/people/enrol", self.enrol, "POST")
        yield Endpoint("/people/picture", self.picture, "POST", largest=_LARGEST_PICTURE)
        yield Endpoint("/people/seen/{event_id}", self.seen, "POST")
        yield Endpoint("/people/rename", self.rename, "POST")
        yield Endpoint("/people/forget", self.forget, "POST")
        yield Endpoint("/people/visitors", self.visitors)
        if self._settings.visitors_days:
            yield Endpoint("/people/visitors/name", self.name_visitor, "POST")
        yield Endpoint("/people/references/{reference:int}/{what}", self.reference, "POST")

    async def all(self, _request: Request) -> Response:
        """Return everybody, with references and with whoever looks like them; no embedding."""
        try:
            return JSONResponse(await run_in_threadpool(self._everybody))
        except PeopleError as error:
            return refusal(str(error), _INVALID)

    async def enrol(self, request: Request) -> Response:
        """Have the camera take pictures of somebody; the body is the name."""
        return await self._command(
            request,
            (self._text(), await request.body()),
            (button(self._table, Enrol), PRESS.encode()),
        )

    async def picture(self, request: Request) -> Response:
        """Enrol whoever a JPEG shows; the name is a parameter."""
        name = request.query_params.get("name", "")
        if refused := self._refused((self._text(), name.encode())):
            return refused
        body = await request.body()
        if self._decoding.locked() or monotonic() < self._next_picture:
            return refusal("another picture is being looked at; send it again", _BUSY)
        async with self._decoding:
            try:
                image = await run_in_threadpool(decode_picture, "the picture", body)
            except CameraError as error:
                return refusal(str(error), _INVALID)
            self._next_picture = monotonic() + _PICTURE_SECONDS
        self._log(request, "enrols somebody from a picture")
        self._ask(EnrolPictureTask(name, image))
        return JSONResponse({}, 202)

    async def seen(self, request: Request) -> Response:
        """Say who it is whom a recent observation shows; the body is the name."""
        name = await request.body()
        if refused := self._refused((self._text(), name)):
            return refused
        self._log(request, "says who was seen")
        self._ask(EnrolSeenTask(name.decode(), request.path_params["event_id"]))
        return JSONResponse({}, 202)

    async def rename(self, request: Request) -> Response:
        """Give somebody another name; the body is both, a line each."""
        name, _, new = (await request.body()).partition(b"\n")
        return await self._command(
            request,
            (self._choice(SelectPerson), name),
            (self._text(), new),
            (button(self._table, Rename), PRESS.encode()),
        )

    async def forget(self, request: Request) -> Response:
        """Press Forget for somebody, whose name is the body; the second press within ten seconds counts."""
        return await self._command(
            request,
            (self._choice(SelectPerson), await request.body()),
            (button(self._table, Forget), PRESS.encode()),
        )

    async def visitors(self, _request: Request) -> Response:
        """Return who came in the last days and is unknown; null where the owner has none kept."""
        if not self._settings.visitors_days:
            return JSONResponse(None)
        try:
            return JSONResponse(await run_in_threadpool(self._unknown))
        except PeopleError as error:
            return refusal(str(error), _INVALID)

    async def name_visitor(self, request: Request) -> Response:
        """Give an unknown visitor a name; the body is the label and the name, a line each."""
        label, _, name = (await request.body()).partition(b"\n")
        return await self._command(
            request,
            (self._choice(SelectVisitor), label),
            (self._text(), name),
            (button(self._table, NameVisitor), PRESS.encode()),
        )

    async def reference(self, request: Request) -> Response:
        """Compare with a reference no more, or again."""
        number = request.path_params["reference"]
        change = {"aside": GalleryFile.set_aside, "restore": GalleryFile.restore}.get(
            request.path_params["what"]
        )
        if change is None:
            return refusal("a reference can be set aside, or restored", _INVALID)

        def apply() -> None:
            with GalleryFile.open(self._path) as gallery:
                change(gallery, number)

        try:
            await run_in_threadpool(apply)
        except PeopleError as error:
            return refusal(str(error), _INVALID)
        self._log(request, "changes which references count")
        return JSONResponse({})

    def _everybody(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        with GalleryFile.open(self._path) as gallery:
            people = [(person, gallery.references(person.id)) for person in gallery.people()]
            snapshot = gallery.snapshot()
        calibration = calibrate(
            snapshot, limits_of(read_recognition_card(), self._settings.min_score)
        )
        near = {each.name: each for each in calibration.people}
        return [
            {
                **person_json(person, references),
                "marks": references_json(references),
                "near": asdict(near[person.name]) if person.name in near else None,
                "limit": calibration.score,
            }
            for person, references in people
        ]

    def _unknown(self) -> list[VisitorJson]:
        if not self._path.exists():
            return []
        with GalleryFile.open(self._path) as gallery:
            return [each.to_json() for each in visitors_of(gallery.visitors.encounters())]

    async def _command(self, request: Request, *asked: tuple[Row, bytes]) -> Response:
        """Hand several commands on, all of them or none."""
        for each in asked:
            if refused := self._refused(each):
                return refused
        self._log(request, f"asks for {asked[-1][0].key}")
        for row, payload in asked:
            self._ask(Command(row.key, payload))
        return JSONResponse({}, 202)

    def _refused(self, asked: tuple[Row, bytes]) -> Response | None:
        row, payload = asked
        try:
            read_command((row,), row.key, payload)
        except CommandError as error:
            return refusal(str(error), _INVALID)
        return None

    def _text(self) -> Row:
        return next(r for r in self._table if isinstance(r, Text) and r.ask is TypeName)

    def _choice(self, kind: type[SelectPerson | SelectVisitor]) -> Row:
        return next(r for r in self._table if isinstance(r, Choice) and r.ask is kind)

    def _log(self, request: Request, what: str) -> None:
        # Without names: a log is sent to others.
        visitor: Visitor = request.state.visitor
        _LOG.info("The page: %s %s", visitor.address, what)


class NoPeople:
    """The view of a node that recognises nobody: what it would mean."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/people", self.all)

    async def all(self, _request: Request) -> Response:
        """Return that recognition is off."""
        return JSONResponse(None)
