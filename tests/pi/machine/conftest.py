"""One virtual Pi for the whole session: what one test leaves behind is where the next one begins."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.pi.machine.machine import Machine, disk
from tests.pi.machine.node_view import NodeView
from tests.pi.machine.paths import CONFIGURATION, INSTALL, INSTALLATION, WHEELHOUSE
from tests.pi.machine.usb_drive import fill
from tests.summary import say

_SETTING_UP = Path(__file__).with_name("setting_up.py")
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
def installed(pi: Machine, report: Callable[[str], None]) -> str:
    """What install.sh has printed in the virtual Pi."""
    start = time.monotonic()
    printed = pi.run(f"{INSTALL} --offline {WHEELHOUSE}", INSTALLATION)
    report(f"install.sh {time.monotonic() - start:.0f} s")
    return printed


@pytest.fixture(scope="session")
def answers(
    pi: Machine, installed: str, node: NodeView, report: Callable[[str], None]
) -> dict[str, Any]:
    """What the page of the first start has answered: with it the node is set up, and a pin found by pressing."""
    found = re.search(r"Set the node up at http://\S+ with the code (\S+)", installed)
    assert found, installed[-2000:]
    start = time.monotonic()
    with node.comes_back():
        told: dict[str, Any] = json.loads(pi.run_script(_SETTING_UP, found[1]))
    report(f"first start with the page {time.monotonic() - start:.0f} s")
    return told


@pytest.fixture(scope="session")
def wired(pi: Machine, answers: dict[str, Any], node: NodeView) -> Machine:
    """The virtual Pi with the button that was found, and a motion sensor."""
    # One frame is enough: emulation needs ten seconds for each. It also pauses for up to a tenth of a second, which
    # must not count as a button that was held.
    triggers = r"triggers:\n  burst: 1\n  motion: {pin: 27, cool_down: 1}"
    button = rf"pin: {answers['pin']}\n    debounce: 0.3"
    with node.comes_back():
        pi.run(
            f"sed --in-place 's/^triggers:$/{triggers}/; s/^    pin: {answers['pin']}$/    {button}/' {CONFIGURATION}"
        )
        pi.run("systemctl restart facet")
    return pi


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests the time that emulation takes."""
    for item in items:
        if item.get_closest_marker("machine"):
            item.add_marker(pytest.mark.timeout(_PATIENCE))
