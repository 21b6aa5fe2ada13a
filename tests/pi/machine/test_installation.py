"""From a bare Debian to a node that publishes, and on to a newer release.

What pip does was done outside: see release.py. The fleet, whose machines have their own systemd as well, shows that a
second run changes nothing, and that a broken release gives way to the one before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from device.entities.kinds import INSTALL as PRESS_INSTALL
from tests.broker.mosquitto import wait_for
from tests.install.wheels import NEWER
from tests.pi.machine.machine import Machine
from tests.pi.machine.node_view import NodeView
from tests.pi.machine.paths import CONFIGURATION, INSTALLATION, WHEELHOUSE

pytestmark = pytest.mark.machine

# What the maintainer does, and then the owner; pip finds on the USB drive what it would otherwise find in the index.
_PUBLISH = f"""
set -o errexit
sign='/opt/facet/current/bin/python -m device.updates.sign'
key=$($sign key /srv/release.pem)
$sign index /srv/site --key /srv/release.pem --wheel /media/usb/newer/*.whl
chmod --recursive a+rX /srv/site
printf '[global]\\nno-index = true\\nfind-links = {WHEELHOUSE}\\n' >/etc/pip.conf
echo "updates: {{index: /srv/site/index.json, allow_install: true, public_key: $key}}" >>{CONFIGURATION}
systemctl restart facet
"""

_UPDATING = "systemctl list-units --no-legend --state=activating facet-update.service"


def test_a_first_start_with_the_page_finds_the_pin_that_is_pressed(
    answers: dict[str, Any],
) -> None:
    """On the kernel's own lines: the address and the code are those that install.sh prints, and no file is edited."""
    assert answers == {"works": True, "pin": 17, "name": "Facet"}


@pytest.mark.usefixtures("answers")
def test_one_command_and_the_page_give_an_observation(node: NodeView) -> None:
    """A bare Debian needs only install.sh and some answers until its camera sees a face."""
    event = node.answer(lambda: node.command("capture", "PRESS"))
    assert (event["reason"], event["face_count"]) == (None, 1)


def test_the_button_of_home_assistant_has_root_install_what_is_signed(
    wired: Machine, node: NodeView, report: Callable[[str], None]
) -> None:
    """The node downloads and asks; systemd sees it and starts root's unit, which verifies, installs and restarts."""
    with node.comes_back():
        wired.run(_PUBLISH, 240)
    wait_for(
        lambda: node.diagnostics()["software"]["latest_version"] == NEWER, "it is offered", 120
    )
    start = time.monotonic()
    node.command("software", PRESS_INSTALL)
    wait_for(lambda: node.diagnostics()["version"] == NEWER, "it is installed", INSTALLATION)
    report(f"update by the button: {time.monotonic() - start:.0f} s")
    wait_for(lambda: not wired.run(_UPDATING), "root's unit has seen it stay", INSTALLATION)
    assert wired.run("facet --version") == f"facet {NEWER}"
