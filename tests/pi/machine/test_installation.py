"""From a bare Debian to a node that publishes, and on to newer releases, good and bad."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from device.entities.kinds import INSTALL as PRESS_INSTALL
from tests.broker.mosquitto import wait_for
from tests.install.wheels import BROKEN, NEWER
from tests.pi.machine.house import House
from tests.pi.machine.machine import Machine
from tests.pi.machine.paths import CONFIGURATION, INSTALL, INSTALLATION, WHEELHOUSE

pytestmark = pytest.mark.machine

# What the maintainer does, and then the owner; pip finds on the stick what it would find in the index.
_PUBLISH = f"""
set -o errexit
sign='/opt/facet/current/bin/python -m device.updates.sign'
key=$($sign key /srv/release.pem)
$sign index /srv/site --key /srv/release.pem --wheel /media/stick/newer/*.whl
chmod --recursive a+rX /srv/site
printf '[global]\\nno-index = true\\nfind-links = {WHEELHOUSE}\\n' >/etc/pip.conf
echo "updates: {{index: /srv/site/index.json, allow_install: true, public_key: $key}}" >>{CONFIGURATION}
systemctl restart facet
"""

_UPDATING = "systemctl list-units --no-legend --state=activating facet-update.service"


def everything(pi: Machine) -> str:
    """Return what tells a change of any file that an installation may touch, and which run of the node this is."""
    return pi.run(
        r"find /etc /opt /usr /var/lib/facet -printf '%p %s %T@ %u:%g %m %l\n' | sort | sha256sum; "
        "systemctl show --property InvocationID facet"
    )


@pytest.mark.usefixtures("installed")
def test_one_command_and_the_brokers_host_give_an_observation(house: House) -> None:
    """Nothing but install.sh and one edited line stands between a bare Debian and a face seen by its camera."""
    event = house.answer(lambda: house.command("capture", "PRESS"))
    assert (event["reason"], event["face_count"]) == (None, 1)


def test_the_second_run_changes_nothing_and_says_so(
    installed: Machine, report: Callable[[str], None]
) -> None:
    """No file is written, not even in the same words, and the node runs on."""
    before = everything(installed)
    start = time.monotonic()
    said = installed.run(f"{INSTALL} --offline {WHEELHOUSE}", INSTALLATION)
    report(f"install.sh, second run: {time.monotonic() - start:.0f} s")
    assert "nothing had to change" in said
    assert everything(installed) == before


def test_the_button_of_home_assistant_has_root_install_what_is_signed(
    wired: Machine, house: House, report: Callable[[str], None]
) -> None:
    """The node downloads and asks; systemd sees it and starts root's unit, which verifies, installs and restarts."""
    with house.node_comes_back():
        wired.run(_PUBLISH, 240)
    wait_for(
        lambda: house.diagnostics()["software"]["latest_version"] == NEWER, "it is offered", 120
    )
    start = time.monotonic()
    house.command("software", PRESS_INSTALL)
    wait_for(lambda: house.diagnostics()["version"] == NEWER, "it is installed", INSTALLATION)
    report(f"update by the button: {time.monotonic() - start:.0f} s")
    wait_for(lambda: not wired.run(_UPDATING), "root's unit has seen it stay", INSTALLATION)
    assert wired.run("facet --version") == f"facet {NEWER}"


def test_a_broken_release_gives_way_to_the_one_before(
    wired: Machine, house: House, report: Callable[[str], None]
) -> None:
    """The service ran before; a release whose node dies at its start is no successor."""
    start = time.monotonic()
    with house.node_comes_back():
        failed = wired.attempt(
            f"{INSTALL} --offline {WHEELHOUSE} --wheel /media/stick/broken/*.whl", INSTALLATION
        )
        assert failed.returncode == 1, failed.stdout
        assert f"rolled back to release {NEWER}" in failed.stdout, failed.stdout
    report(f"upgrade to a broken release, and back: {time.monotonic() - start:.0f} s")
    assert BROKEN not in wired.run("ls /opt/facet/releases")
    assert house.diagnostics()["version"] == NEWER
    event = house.answer(wired.press)
    assert event["reason"] is None
