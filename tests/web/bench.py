"""A page without a node behind it: tests say what was seen, and ask as browsers and as attackers do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import numpy as np

from device.config import Config
from device.editing.settings_file import open_settings_file
from device.entities.settings import Settings
from device.entities.table import CATALOGUE, CELEBA
from device.mqtt.events import Command
from device.node.gallery_tasks import EnrolPictureTask, EnrolSeenTask
from device.node.live import LiveView, Look
from device.node.page import NodeAccess
from device.observation import Frame, Observation, Source, utc_now
from device.perception.pipeline import Judgement, Perceived
from device.web.endpoint import Endpoint
from device.web.page import Assembled, assemble
from device.web.security.bounds import USUAL, Patience
from device.web.security.sessions import Sessions
from tests.clock import Clock
from tests.node.fakes import PLAIN, face

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HOST = "127.0.0.1:8420"
ORIGIN = f"http://{HOST}"
INGRESS = "/api/hassio_ingress/abc_DEF-1"
"""The path of the page behind Home Assistant's ingress."""
PASSWORD = "correct-horse"
SECRET = "hunter2-of-the-broker"
JPEG = b"\xff\xd8 a picture of somebody \xff\xd9"


@dataclass
class KnownPassword:
    """A password that is compared at once."""

    edition: str | None = "first"
    tries: int = 0

    def matches(self, given: str) -> bool:
        """Return whether this is the password."""
        self.tries += 1
        return given == PASSWORD


class _NoCamera:
    def burst(self, n: int, newer_than: float) -> list[Frame]:
        """Give black frames."""
        del newer_than
        return [Frame(np.zeros((48, 64, 3), np.uint8))] * n


def _see_nothing(*_: object) -> Perceived:
    return Perceived((), 0, None, {})


class Browser:
    """Asks as a browser does: with its cookies, and with one request at a time.

    Args:
        app: what answers.
        address: of the browser.
        runner: runs what is asked.
    """

    def __init__(self, app: ASGIApp, address: str, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(address, 50_000)),
            base_url=ORIGIN,
            headers={"origin": ORIGIN},
        )
        self.headers = self._client.headers
        self.cookies = self._client.cookies

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """Ask for something."""
        return self._runner.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """Read something."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """Change something."""
        return self.request("POST", path, **more)


@dataclass
class PageBench:
    """A page.

    Attributes:
        folder: for what it keeps.
        page: sections of the configuration, in addition.
        patience: how long a client may take.
        restarts_from: see NodeAccess.
    """

    folder: Path
    sections: dict[str, Mapping[str, object]] = field(default_factory=dict)
    patience: Patience = USUAL
    clock: Clock = field(default_factory=Clock)
    restarts_from: float = float("-inf")

    def __post_init__(self) -> None:
        """Put it together."""
        self.commands: list[Command | EnrolPictureTask | EnrolSeenTask] = []
        self.passwords = KnownPassword()
        self.sessions = Sessions(self.clock)
        document = {
            "node": {"id": "hall", "name": "Hall & <b>co</b>", "state_directory": str(self.folder)},
            "mqtt": {"host": "127.0.0.1", "username": "facet", "password": SECRET},
            "camera": {"source": f"rtsp://cam:{SECRET}@192.168.1.9/stream"},
            "people": {"enabled": True},
            "page": {
                "enabled": True,
                "names": ["hall.example.org"],
                **self.sections.pop("page", {}),
            },
            **self.sections,
        }
        self.config = Config.model_validate(document)
        self.live = LiveView(
            _NoCamera(),
            _see_nothing,
            lambda found: found,
            judgement=Judgement("balanced"),
            clock=self.clock,
        )
        access = NodeAccess(
            self.config,
            CATALOGUE,
            CELEBA,
            self.folder,
            self.commands.append,
            self.live,
            self.restarts_from,
        )
        file = self.folder / "facet.yaml"
        file.write_text(f"mqtt: {{host: broker, username: facet, password: {SECRET}}}\n")
        self.made: Assembled = assemble(
            access,
            self.sessions,
            self.passwords,
            self.patience,
            file=open_settings_file(file),
        )
        self.settings: Settings = PLAIN
        self.made.page.apply(PLAIN)

    def __enter__(self) -> Self:
        """Let browsers come."""
        self.runner = asyncio.Runner()
        return self

    def __exit__(self, *_: object) -> None:
        """Let nobody come any more."""
        self.runner.close()

    def browser(self, address: str = "192.168.1.5") -> Browser:
        """Return a browser without a session."""
        return Browser(self.made.app, address, self.runner)

    def log_in(self, address: str = "192.168.1.5") -> Browser:
        """Return a browser whose owner has logged in, and whose page sends the token."""
        browser = self.browser(address)
        answer = browser.post("/login", data={"password": PASSWORD})
        assert answer.status_code == 303, answer.text
        browser.headers["x-csrf-token"] = csrf(browser.get("/"))
        return browser

    def see(self, picture: bytes | None = JPEG) -> Observation:
        """Let the node have seen somebody."""
        then = utc_now() - timedelta(seconds=1)
        seen = Observation(
            node="hall",
            trigger=Source.BUTTON,
            triggered_at=then,
            captured_at=then,
            reason=None,
            faces=(face("Smiling"),),
            face_count=1,
            timings={"total": 12.0},
        )
        self.made.page.observed(seen, picture)
        return seen

    def wait(self, seconds: float) -> None:
        """Let the server go on for a while."""
        self.runner.run(asyncio.sleep(seconds))

    def look(self) -> None:
        """Let the live view have a picture."""
        self.live.show(Look(1, JPEG, (64, 48)))


def concrete(endpoint: Endpoint) -> str:
    """Return a path that an endpoint answers."""
    return re.sub(r"{[^}]*}", "x", re.sub(r"{[^}]*:int}", "1", endpoint.path))


def csrf(answer: httpx.Response) -> str:
    """Return the token that a page's own requests repeat."""
    return answer.text.split('name="csrf" content="')[1].split('"')[0]
