"""From a bare Debian to a node that publishes, and on to newer releases, good and bad."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.pi.machine.house import House
from tests.pi.machine.machine import Machine
from tests.pi.machine.paths import INSTALL, INSTALLATION, WHEELHOUSE
from tests.pi.machine.stick import BROKEN, NEWER

pytestmark = pytest.mark.machine


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


def test_a_newer_wheel_takes_over_and_a_broken_one_gives_way_to_it(
    wired: Machine, house: House, report: Callable[[str], None]
) -> None:
    """The service ran before; a release whose node dies at its start is no successor."""
    start = time.monotonic()
    with house.node_comes_back():
        wired.run(
            f"{INSTALL} --offline {WHEELHOUSE} --wheel /media/stick/newer/*.whl", INSTALLATION
        )
    report(f"upgrade: {time.monotonic() - start:.0f} s")
    assert house.diagnostics()["version"] == NEWER

    start = time.monotonic()
    with house.node_comes_back():
        failed = wired.attempt(
            f"{INSTALL} --offline {WHEELHOUSE} --wheel /media/stick/broken/*.whl", INSTALLATION
        )
    report(f"upgrade to a broken release, and back: {time.monotonic() - start:.0f} s")
    assert failed.returncode == 1, failed.stdout
    assert f"rolled back to release {NEWER}" in failed.stdout
    assert BROKEN not in wired.run("ls /opt/facet/releases")
    assert house.diagnostics()["version"] == NEWER
    event = house.answer(wired.press)
    assert event["reason"] is None
