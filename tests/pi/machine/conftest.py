"""One virtual Pi for the whole session: what one test leaves behind is where the next one begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.pi.machine.machine import Machine, disk
from tests.pi.machine.node_view import NodeView
from tests.pi.machine.paths import CONFIGURATION, INSTALL, INSTALLATION, WHEELHOUSE
from tests.pi.machine.usb_drive import fill
from tests.summary import say

# Seconds. The first test waits for the disk, the wheels, the boot and the installation.
_PATIENCE = 1500


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """A function that adds a line to the end of the run."""
    return partial(say, request.config, "Virtual Pi")


@pytest.fixture(scope="session")
def pi(
    tmp_path_factory: pytest.TempPathFactory, report: Callable[[str], None]
) -> Iterator[Machine]:
    """A virtual Pi, without Facet at first."""
    start = time.monotonic()
    disk()
    built = time.monotonic()
    usb_drive = tmp_path_factory.mktemp("usb")
    folder = tmp_path_factory.mktemp("machine")
    fill(usb_drive, folder / "facet.img")
    filled = time.monotonic()
    with Machine(usb_drive, folder / "facet.img", folder / "console") as machine:
        report(
            f"disk {built - start:.0f} s, release {filled - built:.0f} s, boot {time.monotonic() - filled:.0f} s"
        )
        yield machine


@pytest.fixture(scope="session")
def node(pi: Machine) -> Iterator[NodeView]:
    """The node in the virtual Pi, as its broker shows it."""
    with NodeView(pi.broker_port) as view:
        yield view


@pytest.fixture(scope="session")
def installed(pi: Machine, node: NodeView, report: Callable[[str], None]) -> Machine:
    """The virtual Pi after one command, and one line of the configuration edited."""
    start = time.monotonic()
    pi.run(f"{INSTALL} --offline {WHEELHOUSE}", INSTALLATION)
    report(f"install.sh {time.monotonic() - start:.0f} s")
    with node.comes_back():
        pi.run(f"sed --in-place 's/#host: homeassistant.local/host: 127.0.0.1/' {CONFIGURATION}")
        pi.run("systemctl restart facet")
    return pi


@pytest.fixture(scope="session")
def wired(installed: Machine, node: NodeView) -> Machine:
    """The same, with a button and a motion sensor."""
    # One frame is enough: emulation needs ten seconds for each. It also pauses for up to a tenth of a second, which
    # must not count as a button that was held.
    button, motion = "{pin: 17, debounce: 0.3}", "{pin: 27, cool_down: 1}"
    triggers = f"triggers: {{burst: 1, button: {button}, motion: {motion}}}"
    with node.comes_back():
        installed.run(f"echo '{triggers}' >>{CONFIGURATION} && systemctl restart facet")
    return installed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests the time that emulation takes."""
    for item in items:
        if item.get_closest_marker("machine"):
            item.add_marker(pytest.mark.timeout(_PATIENCE))
