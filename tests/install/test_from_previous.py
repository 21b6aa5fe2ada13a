"""From the previous release to this one by Home Assistant's button: its unit, program and install.sh do the work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.install.conftest import OFFLINE
from tests.install.debian import Debian
from tests.install.test_updates import request, result
from tests.install.wheels import BROKEN, NEWER, PROJECT
from tests.previous import previous_release

pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]

_UNIT = "/etc/systemd/system/facet-update.service"
# The node's side of the previous release.
_ASK = """
from pathlib import Path
from device.config import load
from device.updates.index import read_index
from device.updates.order import download, order
from device.updates.signature import read_key
updates = load(Path("/etc/facet/facet.yaml")).updates
release, folder = read_index(updates.index).release, Path("/var/lib/facet/update")
assert download(folder, release.url, release.artifact, read_key(updates.public_key), lambda: False)
order(folder, release.artifact)
"""


@pytest.fixture
def previous(bare: Callable[[str], Debian], tmp_path: Path) -> Debian:
    """A Debian on which the previous release was installed, from its wheel."""
    debian = bare("trixie")
    previous_release(tmp_path)
    debian.run("mkdir", "--parents", "/srv/previous")
    target = debian.changes / "srv/previous"
    shutil.copytree(tmp_path / "checkout/provisioning", target / "provisioning")
    [wheel] = (tmp_path / "built").glob("*.whl")
    shutil.copy(wheel, target)
    installed = debian.run(
        "/srv/previous/provisioning/install.sh", "--wheel", f"/srv/previous/{wheel.name}", *OFFLINE
    )
    assert installed.returncode == 0, installed.stdout
    return debian


def test_the_previous_release_updates_itself_to_this_one(previous: Debian) -> None:
    """A release that fails leaves it in use, unit and all; then this one takes its place, with its unit."""
    old = previous.run("readlink", "/opt/facet/current").stdout
    code, output = request(previous, f"/broken/facet_node-{BROKEN}-py3-none-any.whl", _ASK)
    assert code == 1, output
    assert previous.run("readlink", "/opt/facet/current").stdout == old
    assert result(previous)["is_installed"] is False

    code, output = request(previous, f"/wheelhouse/facet_node-{NEWER}-py3-none-any.whl", _ASK)
    assert code == 0, output
    assert previous.run("facet", "--version").stdout == f"facet {NEWER}\n"
    assert result(previous)["message"] == f"facet-node {NEWER} is installed"
    assert previous.run("cat", _UNIT).stdout == (
        PROJECT / "provisioning/facet-update.service"
    ).read_text(encoding="utf-8")
    assert previous.run("readlink", "/opt/facet/previous").stdout == old


@pytest.mark.parametrize("suite", ["trixie"])
def test_a_release_without_a_lock_file_can_be_gone_back_to(debian: Debian, tmp_path: Path) -> None:
    """By this release's install.sh, which says that pip chooses."""
    previous_release(tmp_path)
    [wheel] = (tmp_path / "built").glob("*.whl")
    debian.run("mkdir", "/srv/previous")
    shutil.copy(wheel, debian.changes / "srv/previous")
    result = debian.install("--wheel", f"/srv/previous/{wheel.name}", *OFFLINE)
    assert result.returncode == 0, result.stdout
    assert "has no lock file; pip chooses the versions of its packages" in result.stdout
