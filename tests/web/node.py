"""A real node with its page, on a thread: the demo's portrait before its camera, and a pin that a test presses."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import yaml
from gpiozero.pins.mock import MockFactory

from device.cli.demo.portrait import write_portrait
from device.config import Config, load
from device.mqtt.events import Command
from device.node.hardware import Hardware
from device.node.inbox import Inbox
from device.node.loop import End
from device.node.messages import Stop
from device.node.sink import Sink
from device.node.start import Start
from device.node.state_directory import PAGE
from device.node.wiring import run_node
from device.triggers import Triggers
from device.web.page import Pages
from device.web.security.passwords import StoredPassword
from tests.broker.mosquitto import free_port
from tests.node.fakes import RecordingSink

_PATIENCE_SECONDS = 30.0
_BUTTON = 17
_PRESS_SECONDS = 0.1


@dataclass
class PageNode:
    """A node that runs.

    Attributes:
        config: its settings.
        password: of its page.
        inbox: where its triggers come in.
        pins: of its header, all simulated.
        sink: receives what the page receives.
        failure: what has ended it.
        file: what its page changes as the node's file; None for none.
    """

    config: Config
    password: str
    inbox: Inbox = field(default_factory=Inbox)
    pins: Any = field(default_factory=MockFactory)
    sink: RecordingSink = field(default_factory=RecordingSink)
    failure: BaseException | None = None
    file: Path | None = None

    @property
    def url(self) -> str:
        """Of the page, without a slash at its end."""
        return self.config.page.url("127.0.0.1").rstrip("/")

    def press(self) -> None:
        """Press the button at its simulated pin, and let it go, each for longer than it bounces."""
        pin = self.pins.pin(_BUTTON)
        pin.drive_low()
        sleep(_PRESS_SECONDS)
        pin.drive_high()
        sleep(_PRESS_SECONDS)

    def command(self, key: str, payload: str) -> None:
        """Send a command as Home Assistant does."""
        self.inbox.put(Command(key, payload.encode()))

    def wait_for_visitors(self, count: int) -> None:
        """Wait until this many unknown visitors have been published."""
        end = monotonic() + _PATIENCE_SECONDS
        while not any(
            content.get("unknown_visitors") == count for _, content in self.sink.documents
        ):
            assert monotonic() < end
            sleep(0.05)

    def run(self, *sinks: Sink) -> None:
        """Run until a Stop comes; a restart takes up what the file says then."""
        pages, is_restart = Pages(self.file), False
        try:
            while self._run_once(pages, sinks, is_restart=is_restart) is End.RESTART:
                assert self.file is not None
                self.config, is_restart = load(self.file), True
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failure = error

    def _run_once(self, pages: Pages, sinks: Sequence[Sink], *, is_restart: bool) -> End:
        return run_node(
            self.config,
            self.inbox,
            start=Start(page=pages.open, is_restart=is_restart),
            sinks=(self.sink, *sinks),
            hardware=Hardware(triggers=partial(Triggers, factory=lambda: self.pins)),
        )


@contextmanager
def running_page(
    folder: Path, file: Path | None = None, **sections: Mapping[str, object]
) -> Iterator[PageNode]:
    """Run a node with a page until the context ends.

    Args:
        folder: for what it keeps, and its picture.
        file: see PageNode; it is written, unless it is there.
        **sections: of its configuration, in addition.
    """
    page = {"enabled": True, "port": free_port(), **sections.pop("page", {})}
    document: dict[str, Mapping[str, object]] = {
        "node": {"id": "hall", "name": "Hall", "state_directory": str(folder / "state")},
        "mqtt": {"host": "127.0.0.1", "port": 1},
        "camera": {"source": str(write_portrait(folder))},
        "triggers": {"button": {"pin": _BUTTON}},
        "page": page,
        **sections,
    }
    if file is not None and not file.exists():
        file.write_text(f"# mine\n{yaml.safe_dump(document, sort_keys=False)}")
    config = Config.model_validate(document)
    (folder / "state").mkdir(exist_ok=True)
    password = StoredPassword(folder / "state" / PAGE).renew()
    node = PageNode(config, password, file=file)
    thread = threading.Thread(target=node.run, name="facet-node", daemon=True)
    thread.start()
    try:
        _wait_until_served(node)
        yield node
    finally:
        node.inbox.put(Stop())
        thread.join(_PATIENCE_SECONDS)
    assert not thread.is_alive()
    node.pins.close()
    if node.failure is not None:
        raise node.failure


def _wait_until_served(node: PageNode) -> None:
    end = monotonic() + _PATIENCE_SECONDS
    while True:
        assert node.failure is None, node.failure
        try:
            httpx.get(f"{node.url}/login", verify=False)  # noqa: S501 - a test's own certificate
        except httpx.TransportError:
            assert monotonic() < end
            sleep(0.05)
        else:
            return
