"""--uninstall and --purge."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.install.conftest import OFFLINE, Installed
from tests.install.debian import Debian

pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]

_INSTALLED = "/opt/facet/current/share/facet/provisioning/install.sh"
_ITS_OWN = (
    *("/opt/facet", "/usr/local/bin/facet", "/etc/udev/rules.d/60-facet-camera.rules"),
    "/etc/systemd/system/facet.service",
    "/etc/systemd/system/multi-user.target.wants/facet.service",
)
_THE_OWNERS = ("/etc/facet/facet.yaml", "/etc/facet/secrets.yaml", "/var/lib/facet")


def _there(debian: Debian, *paths: str) -> list[str]:
    said = debian.run("find", *paths, "-maxdepth", "0").stdout
    return [path for path in paths if path in said.splitlines()]


@pytest.mark.parametrize("suite", ["trixie"])
def test_removing_keeps_what_is_the_owners(debian: Debian) -> None:
    """And a new installation finds it again."""
    debian.run("sh", "-c", "echo mqtt: {host: mine} >/etc/facet/facet.yaml")
    assert _there(debian, *_ITS_OWN) == list(_ITS_OWN)
    result = debian.run(_INSTALLED, "--uninstall")
    assert result.returncode == 0, result.stdout
    assert "kept: /etc/facet, /var/lib/facet and the user facet" in result.stdout
    assert _there(debian, *_ITS_OWN) == []
    assert _there(debian, *_THE_OWNERS) == list(_THE_OWNERS)
    again = debian.install("--uninstall")
    assert "Facet is removed; nothing had to change." in again.stdout
    assert debian.install(*OFFLINE).returncode == 0
    assert debian.run("cat", "/etc/facet/facet.yaml").stdout == "mqtt: {host: mine}\n"


def test_a_dry_run_removes_nothing(debian: Debian) -> None:
    """It says what would be removed."""
    debian.run("true")
    before = debian.snapshot()
    result = debian.install("--uninstall", "--purge", "--dry-run")
    assert result.returncode == 0, result.stdout
    assert "would do:   /etc/facet is gone" in result.stdout
    assert debian.snapshot() == before


def test_purging_leaves_no_trace(
    installed_on: Callable[[str], Installed], branch: Callable[[Debian], Debian]
) -> None:
    """No file and no line in /etc says that Facet was here; Debian's packages stay, and so does the group gpio."""
    debian = branch(installed_on("trixie").debian)
    assert debian.install("--uninstall", "--purge").returncode == 0
    left = debian.run(
        "find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-name", "*facet*", "-print"
    )
    assert left.stdout == ""
    # useradd and its kin keep the state before their last change in files whose names end in a hyphen.
    named = debian.run(
        "grep", "--recursive", "--files-with-matches", "facet", "/etc", "--exclude=*-"
    )
    assert named.stdout == ""
