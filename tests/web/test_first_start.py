"""A node without a broker, from its first start to its place in Home Assistant's broker, in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from device.cli.demo.portrait import write_portrait
from device.config import Config, load
from device.mqtt.presence import wait_until_online
from device.setup.code import SetupCode
from device.setup.pin_finder import PinFinder
from device.web.server import WebServer
from device.web.setup_site import assemble_setup
from device.web.views.setup import Tools
from tests.broker.mosquitto import Mosquitto, free_port, listens, password_file, wait_for
from tests.child import Child
from tests.web.node import PageNode

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.web

_EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
_FACET = (sys.executable, "-m", "device")
_SECRET = "o'n #1: secret"  # what YAML would misunderstand


class _Service(Child):
    """`facet run`, as the unit starts it."""

    def __init__(self, path: Path, port: int) -> None:
        super().__init__(path.with_name("log"))
        self.path = path
        self._port = port

    def start(self) -> None:
        environment = {**os.environ, "FACET_SETUP": "1"}
        self._run(*_FACET, "run", "-c", self.path, environment=environment)
        wait_for(lambda: listens(self._port), "the page is served", patience=60)

    def code(self) -> str:
        """Return what the installer prints."""
        shown = subprocess.run(
            [*_FACET, "page", "code", "-c", self.path], check=True, capture_output=True, text=True
        )
        assert f":{self._port}/ with the code " in shown.stdout
        return shown.stdout.split()[-1]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[_Service]:
    """What install.sh leaves behind, started."""
    port = free_port()
    state = tmp_path / "state"
    text = _EXAMPLE.read_text().replace("  host: ", "  #host: ")
    path = tmp_path / "facet.yaml"
    path.write_text(f"{text}node: {{state_directory: {state}}}\npage: {{port: {port}}}\n")
    with _Service(path, port) as running:
        yield running


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that asks for a name and a password."""
    folder = tmp_path / "broker"
    folder.mkdir()
    users = password_file(folder, hall=_SECRET)
    with Mosquitto(folder, free_port(), ("allow_anonymous false", users)) as running:
        yield running


@pytest.fixture
def tab(service: _Service, browser: Any) -> Iterator[Page]:  # noqa: ANN401
    """A browser that has logged in with the code."""
    from tests.web.browser import Visit

    config = Config.model_validate(
        {"mqtt": {"host": "x"}, "page": {"port": service._port}}  # noqa: SLF001
    )
    visit = Visit(PageNode(config, ""), browser.new_context(locale="en-GB"))
    tab = visit.open("/login")
    tab.get_by_label("Code").fill(service.code().lower())
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Setup").wait_for()
    yield tab
    complaints, foreign = visit.complaints, visit.foreign
    visit.context.close()
    assert (complaints, foreign) == ([], []), service.log[-3000:]


def test_a_first_start_leads_to_a_working_node_without_an_editor(
    tab: Page, service: _Service, broker: Mosquitto, tmp_path: Path
) -> None:
    """Broker, name and camera are tried, the file is written with its comments, and the node is online."""
    tab.get_by_label("Name or address").fill("127.0.0.1")
    tab.get_by_label("Port").fill(str(broker.port))
    tab.get_by_label("User name").fill("hall")
    tab.get_by_label("Password", exact=True).fill("wrong")
    tab.get_by_role("button", name="Try it").click()
    tab.get_by_text("fault: the broker at 127.0.0.1").wait_for()
    tab.get_by_label("Password", exact=True).fill(_SECRET)
    tab.get_by_role("button", name="Try it").click()
    tab.get_by_text("works: 127.0.0.1").wait_for()
    tab.get_by_label("Name in Home Assistant").fill("Haustür")
    tab.get_by_label("Id in topics").fill("door")
    tab.get_by_label("A camera's number").fill(str(write_portrait(tmp_path)))
    tab.get_by_role("button", name="Show its picture").click()
    tab.get_by_role("img", name="What ").wait_for()
    tab.get_by_label("Button", exact=True).fill("17")
    tab.get_by_label("Keep serving the node's page").check()
    tab.get_by_role("button", name="Save, and start the node").click()
    password = tab.locator("#new-password").inner_text()

    config = load(service.path)
    assert (config.node.name, config.node.id) == ("Haustür", "door")
    assert config.triggers.button is not None
    assert config.triggers.button.pin == 17
    assert _SECRET not in service.path.read_text()
    kept = [line for line in _EXAMPLE.read_text().splitlines() if "host: " not in line]
    assert set(kept) <= set(service.path.read_text().splitlines())
    assert "is online" in wait_until_online(config, patience=60)
    assert _SECRET not in service.log
    assert password not in service.log

    wait_for(lambda: "The page is at" in service.log, "the node's own page is served", 60)
    tab.get_by_role("link", name="Log in").click()
    tab.get_by_label("Password", exact=True).fill(password)
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Live").wait_for()


def test_what_the_broker_says_is_said_before_anything_is_written(
    tab: Page, service: _Service
) -> None:
    """Nothing listens there; the form stays as it was filled in."""
    before = service.path.read_text()
    tab.get_by_label("Name or address").fill("127.0.0.1")
    tab.get_by_label("Port").fill(str(free_port()))
    tab.get_by_role("button", name="Try it").click()
    tab.get_by_text("nothing listens at").wait_for()
    assert service.path.read_text() == before
    tab.get_by_label("Name or address").fill("mqtt://x")
    tab.get_by_role("button", name="Save, and start the node").click()
    tab.get_by_text("a host name or address, without scheme").first.wait_for()
    assert service.path.read_text() == before


def test_a_pin_is_found_by_pressing_it(tmp_path: Path, browser: Any) -> None:  # noqa: ANN401
    """On simulated pins, with the keyboard alone; a pin that nobody presses is asked for again."""
    from gpiozero.pins.mock import MockFactory

    from tests.web.browser import Visit, type_where_the_page_begins

    pins = MockFactory()

    def find(pull: Literal["up", "down"], is_wanted: Callable[[], bool]) -> int | None:
        with PinFinder(pull, factory=lambda: pins) as finder:
            return finder.wait(20 if pull == "up" else 0.1, is_wanted)

    path = tmp_path / "facet.yaml"
    path.write_text(f"node: {{state_directory: {tmp_path}}}\npage: {{port: {free_port()}}}\n")
    setup = assemble_setup(path, Tools(suggest=tuple, cameras=tuple, find_pin=find))
    server = WebServer(setup.app, setup.config.page, setup.hub)
    server.start()
    visit = Visit(PageNode(setup.config, ""), browser.new_context(locale="en-GB"))
    try:
        tab = visit.open("/login")
        type_where_the_page_begins(tab, SetupCode(tmp_path).make())
        tab.keyboard.press("Enter")
        find_button = tab.get_by_role("button", name="Find it by pressing")
        find_button.focus()
        tab.keyboard.press("Enter")
        tab.get_by_text("Press the button now").wait_for()
        wait_for(lambda: len(pins.pins) > 20, "the pins are watched")
        pins.pin(22).drive_low()
        tab.get_by_text("It is pin 22.").wait_for()
        assert tab.get_by_label("Button", exact=True).input_value() == "22"
        tab.get_by_role("button", name="Find it by moving").click()
        tab.get_by_text("No pin changed. Try again.").wait_for()
    finally:
        visit.context.close()
        server.stop()
        pins.close()
    assert (visit.complaints, visit.foreign) == ([], [])


def test_the_setup_can_be_used_by_everybody(tab: Page) -> None:
    """axe-core finds no serious violation, in the light and in the dark, also on a phone."""
    from tests.web.browser import serious_violations

    tab.set_viewport_size({"width": 360, "height": 740})
    tab.get_by_role("group", name="Camera").wait_for()
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert serious_violations(tab) == [], scheme
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not tab.evaluate(wide)
